import type { PlannedEntry, PlannedGeneration } from '../operations/planned.ts';
import type { CaView } from './ca-view.ts';
import type { Bar } from './timeline.ts';

/**
 * In which time an older generation is trusted beside a newer one: from when that was made until the older one goes from
 * the last DPS that holds it, as far as that is known, and at most until it expires. Nothing where no DPS that was read
 * holds it, unless it is told when it went.
 */
export function overlapOf(
  older: PlannedGeneration,
  newer: PlannedGeneration,
  { places, history }: Pick<CaView, 'places' | 'history'>,
  now: Date,
): Bar['overlap'] {
  const held = places.flatMap(({ entries }) => entries).filter(({ thumbprint }) => thumbprint === older.thumbprint);
  const gone = history.find((each) => each.event === 'certificate_retired' && each.thumbprint === older.thumbprint);
  const ends = held.length > 0 ? held.map((entry) => endOf(entry, older, now)) : gone ? [gone.at] : [];
  const last = Math.min(older.notAfter.getTime(), Math.max(...ends.map((end) => end.getTime())));
  return newer.createdOn.getTime() < last ? { from: newer.createdOn, to: new Date(last) } : undefined;
}

/** It stays for as long as nothing is known of its going, and what should have gone is there still. */
function endOf({ next }: PlannedEntry, { notAfter }: PlannedGeneration, now: Date): Date {
  if (next?.step === 'retire') return now;
  const at = next?.towards === 'retire' ? next.at : undefined;
  return at === undefined ? notAfter : new Date(Math.max(at.getTime(), now.getTime()));
}
