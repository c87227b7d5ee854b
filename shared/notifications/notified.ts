import { createHash } from 'node:crypto';
import type { LifecycleEvent } from '../events.ts';
import { asObject } from '../json.ts';
import { updateDocument } from '../operations/update-document.ts';
import type { Documents } from '../ports.ts';
import { type After, within } from '../within.ts';

/** Of what somebody was notified when. Losing it costs repetitions. */
export const NOTIFIED_DOCUMENT = 'notified.json';

const HOUR_MS = 3_600_000;

/** Less than the 23 hours after which a refusal is said again: it is remembered here a moment later than it is said. */
const REPEATED_AFTER_MS = 22 * HOUR_MS;
/** Nothing has to be done about such an entry until it is about to expire, and an alert watches over that. */
const UNMANAGED_REPEATED_AFTER_MS = 30 * 24 * HOUR_MS;

/** Longest of the above, and the most of them: whoever can make events must not make a document of any size. */
const FORGOTTEN_AFTER_MS = UNMANAGED_REPEATED_AFTER_MS;
const MOST_REMEMBERED = 5000;

/** When what was last notified of; ISO 8601. */
type Memory = Readonly<Record<string, string>>;

/** Of the two seconds that notifying may take, most belong to whoever is notified. */
const LONGEST_READ_MS = 500;

/** The events that nobody has been notified of lately. Where that cannot be read, or not soon enough, all of them. */
export async function unnotified(
  documents: Documents,
  events: readonly LifecycleEvent[],
  now: Date,
  after: After,
): Promise<readonly LifecycleEvent[]> {
  // Twice is better than not at all. That storage does not answer is said by the scan.
  const known = await within(LONGEST_READ_MS, () => documents.read(NOTIFIED_DOCUMENT), after).then(
    (read) => memoryOf(read?.value),
    (): Memory => ({}),
  );
  const due = events.filter((event) => !(ageOf(known[keyOf(event)], now) < repeatedAfter(event)));
  return [...new Map(due.map((event) => [keyOf(event), event])).values()];
}

/** Remembers that somebody was notified of these. Throws what the port throws. */
export async function rememberNotified(
  documents: Documents,
  events: readonly LifecycleEvent[],
  now: Date,
): Promise<void> {
  await updateDocument(documents, { name: NOTIFIED_DOCUMENT, read: memoryOf }, (memory) => {
    const kept = Object.entries(memory).filter(([, at]) => ageOf(at, now) < FORGOTTEN_AFTER_MS);
    const fresh = events.map((event) => [keyOf(event), now.toISOString()] as const);
    const latest = [...new Map([...kept, ...fresh])].sort(([, a], [, b]) => b.localeCompare(a));
    return Object.fromEntries(latest.slice(0, MOST_REMEMBERED));
  });
}

/** What makes an event the same as one that was said before: what it is of and why, not when or how long. */
function keyOf(event: LifecycleEvent): string {
  const { durationMs: _, renewalId: __, ...payload } = event as Partial<Record<string, unknown>>;
  const facts = event.event === 'scan_completed' ? [event.event, event.managed === 0, targetsOf(event)] : payload;
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22);
}

/** Messages of one outage differ from scan to scan; what it is that cannot be read stays the same. */
function targetsOf({ failures }: Extract<LifecycleEvent, { readonly event: 'scan_completed' }>): readonly string[] {
  return failures.map(({ target }) => target).sort();
}

function repeatedAfter({ event }: LifecycleEvent): number {
  return event === 'certificate_unmanaged' ? UNMANAGED_REPEATED_AFTER_MS : REPEATED_AFTER_MS;
}

function memoryOf(value: unknown): Memory {
  const entries = Object.entries(asObject(value) ?? {});
  return Object.fromEntries(entries.flatMap(([key, at]) => (typeof at === 'string' ? [[key, at]] : [])));
}

/** `NaN`, which is less than nothing, for what is not a time. */
function ageOf(at: string | undefined, now: Date): number {
  return now.getTime() - Date.parse(at ?? '');
}
