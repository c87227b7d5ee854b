import { daysBetween, shortName, shortThumbprint } from '../terminal/layout.ts';
import { table } from '../terminal/table.ts';
import { caOf, type Entry, type Fleet } from './fleet.ts';

const NAME_WIDTH = 20;
const CA_WIDTH = 18;
const VAULT_WIDTH = 16;
const ID_WIDTH = 15;
const DPS_WIDTH = 14;
const REFERENCE_WIDTH = 11;
/** Newest generations that a row has room for. */
const SHOWN_GENERATIONS = 2;

/**
 * The entries of every DPS, one line each after the titles, below the name of their DPS if there are several. With `before`, each line begins with what has become of
 * the entry: `+` new, `~` changed, `-` gone, a space for none of these.
 */
export function entryTable(fleet: Fleet, now: Date, before?: Fleet): string[] {
  const row = (mark: string, entry: Entry, from: Fleet): Row => ({
    dps: entry.dps,
    mark,
    name: shortName(entry.name, NAME_WIDTH),
    cells: [
      shortName(caOf(from, entry)?.name ?? 'not in a vault', CA_WIDTH),
      shortThumbprint(entry.thumbprint),
      entry.isVerified ? 'yes' : 'no',
      String(daysBetween(now, entry.notAfter)),
    ],
  });
  const gone = before?.entries.filter((entry) => sameEntry(fleet, entry) === undefined) ?? [];
  return table(
    [
      { title: ' ' },
      { title: 'DPS entry' },
      { title: 'CA' },
      { title: 'thumbprint' },
      { title: 'verified' },
      { title: 'days left', align: 'right' },
    ],
    byService([
      ...fleet.entries.map((entry) => row(before ? markOf(entry, before) : ' ', entry, fleet)),
      ...gone.map((entry) => row('-', entry, fleet)),
    ]),
  );
}

/**
 * The enrollments of every DPS that refer to a CA certificate, and which ones, the primary first; below the name of their
 * DPS if there are several. With `before`, `~` marks
 * those that have changed.
 */
export function enrollmentTable(fleet: Fleet, before?: Fleet): string[] {
  const shown = (thumbprint: string | undefined) =>
    thumbprint === undefined
      ? ''
      : `${shortName(caOf(fleet, { thumbprint })?.name ?? 'unknown', REFERENCE_WIDTH)} ${shortThumbprint(thumbprint)}`;
  return table(
    [{ title: ' ' }, { title: 'enrollment' }, { title: 'kind' }, { title: 'primary' }, { title: 'secondary' }],
    byService(
      fleet.enrollments
        .filter(({ refersTo }) => refersTo.some((thumbprint) => thumbprint !== undefined))
        .map((enrollment) => {
          const former = before?.enrollments.find(
            ({ dps, kind, id }) => dps === enrollment.dps && kind === enrollment.kind && id === enrollment.id,
          );
          const [primary, secondary] = enrollment.refersTo;
          return {
            dps: enrollment.dps,
            mark: former && former.etag !== enrollment.etag ? '~' : ' ',
            name: shortName(enrollment.id, ID_WIDTH),
            cells: [enrollment.kind, shown(primary), shown(secondary)],
          };
        }),
    ),
  );
}

/** The CAs of every vault with their generations, the newest first; `+` before a CA that has more than `before`. */
export function caTable(fleet: Fleet, now: Date, before?: Fleet): string[] {
  return table(
    [
      { title: ' ' },
      { title: 'CA' },
      { title: 'vault' },
      { title: 'generations' },
      { title: 'days left', align: 'right' },
    ],
    fleet.cas.map(({ name, vault, generations }) => {
      const former = before?.cas.find((ca) => ca.name === name && ca.vault === vault)?.generations.length ?? 0;
      const thumbprints = generations.map(({ thumbprint }) => shortThumbprint(thumbprint)).reverse();
      const newest = generations.at(-1);
      return [
        before && generations.length > former ? '+' : ' ',
        shortName(name, NAME_WIDTH),
        shortName(vault, VAULT_WIDTH),
        [generations.length, ...thumbprints.slice(0, SHOWN_GENERATIONS)].join('  '),
        newest ? String(daysBetween(now, newest.notAfter)) : '',
      ];
    }),
  );
}

/** A line of a table of what is in a DPS. */
interface Row {
  readonly dps: string;
  readonly mark: string;
  readonly name: string;
  readonly cells: readonly string[];
}

function byService(rows: readonly Row[]): string[][] {
  const services = Map.groupBy(rows, ({ dps }) => dps);
  const isOne = services.size === 1;
  return [...services].flatMap(([dps, own]) => [
    ...(isOne ? [] : [[' ', `in ${shortName(dps, DPS_WIDTH)}`]]),
    ...own.map(({ mark, name, cells }) => [mark, isOne ? name : `  ${name}`, ...cells]),
  ]);
}

function markOf(entry: Entry, before: Fleet): string {
  const former = sameEntry(before, entry);
  if (former === undefined) return '+';
  return former.etag === entry.etag && former.thumbprint === entry.thumbprint ? ' ' : '~';
}

function sameEntry(fleet: Fleet, { dps, name }: Entry): Entry | undefined {
  return fleet.entries.find((entry) => entry.dps === dps && entry.name === name);
}
