import { daysBetween, shortName, shortThumbprint } from '../terminal/layout.ts';
import { table } from '../terminal/table.ts';
import { caOf, type Entry, type Fleet } from './fleet.ts';

const NAME_WIDTH = 20;
const VAULT_WIDTH = 16;
const ID_WIDTH = 16;
const REFERENCE_WIDTH = 11;
/** Newest generations that a row has room for. */
const SHOWN_GENERATIONS = 2;

/**
 * The entries of every DPS, one line each after the titles. With `before`, each line begins with what has become of
 * the entry: `+` new, `~` changed, `-` gone, a space for none of these.
 */
export function entryTable(fleet: Fleet, now: Date, before?: Fleet): string[] {
  const row = (mark: string, entry: Entry, from: Fleet) => [
    mark,
    shortName(entry.name, NAME_WIDTH),
    shortName(caOf(from, entry)?.name ?? 'not in a vault', NAME_WIDTH),
    shortThumbprint(entry.thumbprint),
    entry.isVerified ? 'yes' : 'no',
    String(daysBetween(now, entry.notAfter)),
  ];
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
    [
      ...fleet.entries.map((entry) => row(before ? markOf(entry, before) : ' ', entry, fleet)),
      ...gone.map((entry) => row('-', entry, fleet)),
    ],
  );
}

/**
 * The enrollments of every DPS that refer to a CA certificate, and which ones, the primary first. With `before`, `~` marks
 * those that have changed.
 */
export function enrollmentTable(fleet: Fleet, before?: Fleet): string[] {
  const shown = (thumbprint: string | undefined) =>
    thumbprint === undefined
      ? ''
      : `${shortName(caOf(fleet, { thumbprint })?.name ?? 'unknown', REFERENCE_WIDTH)} ${shortThumbprint(thumbprint)}`;
  return table(
    [{ title: ' ' }, { title: 'enrollment' }, { title: 'kind' }, { title: 'primary' }, { title: 'secondary' }],
    fleet.enrollments
      .filter(({ refersTo }) => refersTo.some((thumbprint) => thumbprint !== undefined))
      .map((enrollment) => {
        const former = before?.enrollments.find(
          ({ dps, kind, id }) => dps === enrollment.dps && kind === enrollment.kind && id === enrollment.id,
        );
        const [primary, secondary] = enrollment.refersTo;
        return [
          former && former.etag !== enrollment.etag ? '~' : ' ',
          shortName(enrollment.id, ID_WIDTH),
          enrollment.kind,
          shown(primary),
          shown(secondary),
        ];
      }),
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

function markOf(entry: Entry, before: Fleet): string {
  const former = sameEntry(before, entry);
  if (former === undefined) return '+';
  return former.etag === entry.etag && former.thumbprint === entry.thumbprint ? ' ' : '~';
}

function sameEntry(fleet: Fleet, { dps, name }: Entry): Entry | undefined {
  return fleet.entries.find((entry) => entry.dps === dps && entry.name === name);
}
