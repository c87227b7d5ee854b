import type { JsonObject } from '../json.ts';
import { addDuration, type Duration } from './duration.ts';
import { isTrustedByItself, type Lineage, trustingEntries } from './reference-lineage.ts';
import type { ReferenceField } from './reference-slots.ts';

/** When the overlap ends, or why nobody knows: then it is not over. */
export type OverlapEnd = { readonly ends: Date } | { readonly unknown: string };

/** .NET's date for "none". */
const NO_YEAR = '0001';

/**
 * When the overlap of a reference ends: so long after the latest of the newest generation's creation, the change of the
 * entries that make DPS trust it, and the enrollment's `lastUpdatedDateTimeUtc`. So moving the reference begins it, and
 * any later edit of the enrollment prolongs it.
 * @param record the enrollment's; `undefined` where the overlap of an entry that no reference holds is asked for
 */
export function overlapEnd(
  lineage: Lineage,
  field: ReferenceField,
  overlap: Duration,
  record: JsonObject | undefined,
): OverlapEnd {
  const begins = [lineage.newest.createdOn];
  const trusting = trustingEntries(lineage.newest, field);
  if (trusting.length === 0 && !isTrustedByItself(lineage.newest, field))
    return { unknown: `no verified entry makes DPS trust ${lineage.newest.thumbprint}` };
  for (const { name, updated } of trusting) {
    if (updated === undefined) return { unknown: `entry '${name}' does not say when it was updated` };
    begins.push(updated);
  }
  if (record !== undefined) {
    const updated = readMoment(record.lastUpdatedDateTimeUtc);
    if (updated === undefined) {
      return { unknown: `lastUpdatedDateTimeUtc is ${JSON.stringify(record.lastUpdatedDateTimeUtc)}` };
    }
    begins.push(updated);
  }
  const latest = Math.max(...begins.map((moment) => moment.getTime()));
  return { ends: addDuration(new Date(latest), overlap) };
}

/** A moment as DPS writes it: ISO 8601 with up to seven decimals of a second. Without a zone it is no moment. */
function readMoment(value: unknown): Date | undefined {
  if (typeof value !== 'string' || value.startsWith(NO_YEAR)) return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
