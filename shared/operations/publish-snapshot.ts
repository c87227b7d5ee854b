import { messageOf } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { boundedFailures, boundedHistory, boundedPlan } from './bounded-snapshot.ts';
import { type EndedCa, withMet } from './met-obstacles.ts';
import type { Plan } from './planned.ts';
import { readSnapshot } from './read-snapshot.ts';
import { REPEATED_AFTER_HOURS } from './say-refusals.ts';
import { type Happening, SNAPSHOT_DOCUMENT, SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts';
import { snapshotAfter } from './snapshot-after.ts';
import { updateDocument } from './update-document.ts';

// Each of these writes the document that the status page shows, and returns what kept it from that, if anything did: the
// page fails neither scan nor renewal, it says how old it is.

/** Publishes what a scan has found, with what it has said added to the history. */
export function publishScan(
  { documents }: Pick<Ports, 'documents'>,
  plan: Plan,
  { failures, ...scan }: Snapshot['scan'],
  told: readonly Happening[],
): Promise<string | undefined> {
  return publish(documents, (former) => ({
    version: SNAPSHOT_VERSION,
    ...boundedPlan(withMet(plan, former)),
    scan: { ...scan, failures: boundedFailures(failures) },
    history: boundedHistory(former?.history ?? [], told),
  }));
}

/** Publishes that a scan could read no vault or no DPS at all: what is known of the time before stays. */
export function publishBlindScan(
  { documents }: Pick<Ports, 'documents'>,
  plan: Plan,
  scan: Snapshot['scan'],
): Promise<string | undefined> {
  const blind = { at: plan.at, failures: boundedFailures(scan.failures) };
  return publish(documents, (former) => ({
    ...(former ?? { version: SNAPSHOT_VERSION, ...boundedPlan(plan), scan, history: [] }),
    blind,
  }));
}

/**
 * Publishes how a renewal has left its CAs, and what it has said. Nothing before the first scan, which finds it anyway.
 * @param ended the CAs as they were at last
 */
export async function publishRenewal(
  { documents, now }: Pick<Ports, 'documents' | 'now'>,
  ended: readonly EndedCa[],
  told: readonly Happening[],
): Promise<string | undefined> {
  if (ended.length + told.length === 0) return undefined;
  return publish(documents, (former) => {
    if (former === undefined) return undefined;
    const after = ended.reduce((snapshot, each) => snapshotAfter(snapshot, each, now()), former);
    return {
      ...after,
      history: boundedHistory(
        former.history,
        told.filter((each) => isNews(each, former)),
      ),
    };
  });
}

const REPEATED_AFTER_MS = REPEATED_AFTER_HOURS * 3_600_000;

/** A renewal that is given up every hour would leave nothing else in the history; nor is it of what nobody knows. */
function isNews(happening: Happening, { cas, history }: Snapshot): boolean {
  if (happening.event !== 'renewal_abandoned') return true;
  const isSame = (each: Happening) =>
    each.event === happening.event && each.ca === happening.ca && each.vault === happening.vault;
  const last = history.find(isSame);
  const isKnown = cas.some(({ ca }) => ca.name === happening.ca && ca.vaultUrl === happening.vault);
  return isKnown && !(last && happening.at.getTime() - last.at.getTime() < REPEATED_AFTER_MS);
}

async function publish(
  documents: Ports['documents'],
  change: (former: Snapshot | undefined) => Snapshot | undefined,
): Promise<string | undefined> {
  try {
    await updateDocument(documents, { name: SNAPSHOT_DOCUMENT, read: readSnapshot, isLarge: true }, change);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
