import type { RefusalEvent } from '../events.ts';
import { asObject, type JsonObject } from '../json.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { RefusalReason } from '../lifecycle/reasons.ts';
import type { Ports } from '../ports.ts';
import { sayOnce } from './say-once.ts';

const HOUR_MS = 3_600_000;

/** Less than a day: of scans that come daily, the next one must not be a minute too early. */
export const REPEATED_AFTER_HOURS = 23;

/** Of a refusal that is not said again: nobody knows what has become of its CA. */
const FORGOTTEN_AFTER_HOURS = 72;

/** Refusals of what is no managed CA: whoever can write messages could fill the memory with names. */
const NEVER_REMEMBERED: ReadonlySet<RefusalReason> = new Set([
  'malformed-message',
  'vault-not-configured',
  'unknown-ca',
  'unmanaged',
]);

/** When a refusal was last said, by what tells it from others; ISO 8601. */
type Memory = Readonly<Record<string, string>>;

/**
 * Says those refusals aloud that are new for their CA, and those that were last said 23 hours ago: scans run every hour,
 * and what is said every hour is read by nobody. Where the memory cannot be read, all of them.
 * @param settled CAs of which everything is known, so that a refusal of theirs that is not among these is over
 * Returns what kept it from remembering, if anything did: that fails neither scan nor renewal.
 */
export async function sayRefusals(
  { documents, now, emit }: Pick<Ports, 'documents' | 'now' | 'emit'>,
  refusals: readonly RefusalEvent[],
  settled: readonly CaId[],
): Promise<string | undefined> {
  return sayOnce({ documents, emit }, refusals, (said) => {
    const known = memoryOf(said);
    const { due, memory } = remember(known, refusals, settled, now());
    const isSame = JSON.stringify(memory) === JSON.stringify(known);
    return { due, memory: isSame ? undefined : { ...said, refusals: memory } };
  });
}

/** Which refusals are to be said at `now`, and what is to be remembered after that. */
function remember(known: Memory, refusals: readonly RefusalEvent[], settled: readonly CaId[], now: Date) {
  const present = new Set(refusals.map(keyOf));
  const isOver = (key: string) => !present.has(key) && settled.some((ca) => key.startsWith(prefixOf(ca)));
  const kept = Object.entries(known).filter(([key, at]) => !isOver(key) && hoursSince(at, now) < FORGOTTEN_AFTER_HOURS);
  const due = refusals.filter((refusal) => !(hoursSince(known[keyOf(refusal)], now) < REPEATED_AFTER_HOURS));
  const said = due
    .filter(({ reason }) => !NEVER_REMEMBERED.has(reason))
    .map((refusal) => [keyOf(refusal), now.toISOString()]);
  return { due, memory: Object.fromEntries([...kept, ...said]) as Memory };
}

function memoryOf(said: JsonObject): Memory {
  const entries = Object.entries(asObject(said.refusals) ?? {});
  return Object.fromEntries(entries.flatMap(([key, at]) => (typeof at === 'string' ? [[key, at]] : [])));
}

function keyOf({ vault, ca, dps, reason }: RefusalEvent): string {
  return `${vault}/${ca} ${dps ?? 'vault'} ${reason}`;
}

function prefixOf({ vaultUrl, name }: CaId): string {
  return `${vaultUrl}/${name} `;
}

/** `NaN`, which is less than nothing, for what is not a time. */
function hoursSince(at: string | undefined, now: Date): number {
  return (now.getTime() - Date.parse(at ?? '')) / HOUR_MS;
}
