import { latin1, tlv } from './tlv.ts';

/** A whole number from 0 to below `bound`. */
export type Chance = (bound: number) => number;

/** Repeatable chance (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/** An element inside of a DER document: where it begins, where its content does, and where it ends. */
export interface Extent {
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** All elements of a well-formed DER document, at every depth, and those inside of OCTET STRINGs. */
export function extentsOf(der: Uint8Array, start = 0, end = der.length): readonly Extent[] {
  const found: Extent[] = [];
  for (let at = start; at + 2 <= end; ) {
    const count = (der[at + 1] ?? 0) & 0x80 ? (der[at + 1] ?? 0) & 0x7f : 0;
    let length = count === 0 ? (der[at + 1] ?? 0) : 0;
    for (let index = 0; index < count; index++) length = length * 256 + (der[at + 2 + index] ?? 0);
    const content = at + 2 + count;
    const extent = { start: at, content, end: content + length };
    if (extent.end > end) return [];
    const inner = ((der[at] ?? 0) & 0x20) !== 0 || der[at] === 0x04 ? extentsOf(der, content, extent.end) : [];
    found.push(extent, ...inner);
    at = extent.end;
  }
  return found;
}

const DATES = [
  '000000000000Z',
  '991231235959Z',
  '500101000000Z',
  '240230000000Z',
  '241301000000Z',
  '240101240000Z',
  '240101000060Z',
  '2401010000Z',
  '240101000000+2400',
  '240101000000-0000',
  '00000101000000Z',
  '99991231235959Z',
  '20240101000000.5Z',
  '20240229120000Z',
  '20230229120000Z',
  '-0240101000000Z',
  '',
].map(latin1);
const STRING_TAGS = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e, 0x03, 0x04, 0x02, 0x30, 0xa0, 0x80];

type Mutation = (der: Uint8Array, extent: Extent, chance: Chance) => Uint8Array;

const splice = (der: Uint8Array, from: number, to: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat([der.subarray(0, from), ...parts, der.subarray(to)]));

const withOctet = (der: Uint8Array, at: number, octet: number): Uint8Array =>
  splice(der, at, at + 1, Uint8Array.of(octet));

/** Replaces an element, and writes the lengths of all that hold it anew: what results is well-formed around it. */
function replaced(der: Uint8Array, extent: Extent, element: Uint8Array): Uint8Array {
  const around = extentsOf(der).filter(({ content, end }) => content <= extent.start && end >= extent.end);
  const holder = around.at(-1);
  if (holder === undefined) return element;
  const content = splice(der, extent.start, extent.end, element).subarray(
    holder.content,
    holder.end + element.length - (extent.end - extent.start),
  );
  return replaced(der, holder, tlv(der[holder.start] ?? 0, content));
}

const random = (length: number, chance: Chance) => Uint8Array.from({ length }, () => chance(256));

/** What is done to a certificate, by what it is called. `well…` leaves every length right. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  bit: (der, _extent, chance) => {
    const at = chance(der.length);
    return withOctet(der, at, (der[at] ?? 0) ^ (1 << chance(8)));
  },
  octets: (der, _extent, chance) => {
    let result = der;
    for (let left = 1 + chance(4); left > 0; left--) result = withOctet(result, chance(der.length), chance(256));
    return result;
  },
  truncated: (der, _extent, chance) => der.subarray(0, chance(der.length)),
  trailing: (der, _extent, chance) => splice(der, der.length, der.length, random(1 + chance(8), chance)),
  cut: (der, { start }, chance) => splice(der, start, start + 1 + chance(8)),
  inserted: (der, { start }, chance) => splice(der, start, start, random(1 + chance(8), chance)),
  lengthBomb: (der, { start, content }, chance) => {
    const bombs = ['8201ff', '83ffffff', '847fffffff', '84ffffffff', '850000000001', '88ffffffffffffffff', 'ff', 'fe'];
    return splice(der, start + 1, content, new Uint8Array(Buffer.from(bombs[chance(bombs.length)] ?? '', 'hex')));
  },
  longLength: (der, { start, content, end }) =>
    splice(der, start + 1, content, Uint8Array.of(0x84, 0, 0, (end - content) >> 8, (end - content) & 0xff)),
  indefinite: (der, { start, content, end }) =>
    splice(splice(der, end, end, Uint8Array.of(0, 0)), start + 1, content, Uint8Array.of(0x80)),
  highTag: (der, { start }) => splice(der, start, start + 1, Uint8Array.of((der[start] ?? 0) | 0x1f, 0x81, 0x01)),
  nested: (der, extent, chance) => {
    let element = der.subarray(extent.start, extent.end);
    for (let depth = 1 + chance(80); depth > 0; depth--) element = tlv(0x30, element);
    return replaced(der, extent, element);
  },
  wellTagged: (der, { start }, chance) => withOctet(der, start, STRING_TAGS[chance(STRING_TAGS.length)] ?? 0),
  wellEmptied: (der, extent) => replaced(der, extent, tlv(der[extent.start] ?? 0)),
  wellRemoved: (der, extent) => replaced(der, extent, new Uint8Array()),
  wellDoubled: (der, extent) => {
    const element = der.subarray(extent.start, extent.end);
    return replaced(der, extent, new Uint8Array(Buffer.concat([element, element])));
  },
  wellFilled: (der, extent, chance) => replaced(der, extent, tlv(der[extent.start] ?? 0, random(chance(40), chance))),
  wellPadded: (der, extent, chance) => {
    const padding = [0x00, 0xff, 0x80][chance(3)] ?? 0;
    const content = der.subarray(extent.content, extent.end);
    const parts = chance(2) === 0 ? [Uint8Array.of(padding), content] : [content, Uint8Array.of(padding)];
    return replaced(der, extent, tlv(der[extent.start] ?? 0, ...parts));
  },
  wellPaddedInside: (der, extent, chance) => {
    const content = der.subarray(extent.content, extent.end);
    const at = chance(content.length + 1);
    return replaced(der, extent, tlv(der[extent.start] ?? 0, splice(content, at, at, Uint8Array.of(0x80))));
  },
  wellHuge: (der, extent, chance) =>
    replaced(der, extent, tlv(der[extent.start] ?? 0, random(1, chance), new Uint8Array(2_000 + chance(20_000)))),
  wellMoved: (der, extent, chance) => {
    const all = extentsOf(der);
    const other = all[chance(all.length)] ?? extent;
    return replaced(der, extent, der.subarray(other.start, other.end));
  },
  wellDated: (der, extent, chance) => {
    const dates = extentsOf(der).filter(({ start }) => der[start] === 0x17 || der[start] === 0x18);
    const date = dates[chance(dates.length)] ?? extent;
    return replaced(der, date, tlv(0x17 + chance(2), DATES[chance(DATES.length)] ?? new Uint8Array()));
  },
};

/** One of some documents with something done to it, and what that is called. */
export function mutated(
  seeds: readonly Uint8Array[],
  chance: Chance,
): { readonly how: string; readonly der: Uint8Array } {
  const seed = seeds[chance(seeds.length)] ?? new Uint8Array();
  const extents = extentsOf(seed);
  const [extent, [how, mutation] = []] = [
    extents[chance(extents.length)],
    Object.entries(MUTATIONS)[chance(Object.keys(MUTATIONS).length)],
  ];
  if (extent === undefined || mutation === undefined) throw new Error('a seed without elements');
  return { how: how ?? '', der: mutation(seed, extent, chance) };
}
