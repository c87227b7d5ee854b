import { inspect, isDeepStrictEqual } from 'node:util';
import type { FaultCall, FaultEffectName, PlannedFault } from './fault-effects.ts';
import { type FaultLife, liveThroughFaults } from './fault-life.ts';
import type { FaultOutcome } from './fault-outcome.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import type { FaultStage } from './fault-stage.ts';

/** A life without faults: what all others of its scenario are measured by. */
export interface CleanLife {
  /** Sorted, so that a call has the same number in every run: calls at the same time come in any order. */
  readonly calls: readonly FaultCall[];
  readonly outcome: FaultOutcome;
  /** How it stood at the end of each of the scenario's days. */
  readonly days: readonly FaultOutcome[];
}

/** Faults at calls of a scenario, numbered from 1 as in `CleanLife`. */
export interface FaultCase {
  readonly scenario: string;
  readonly faults: readonly { readonly call: number; readonly effect: FaultEffectName }[];
}

export interface FaultResult {
  readonly case: FaultCase;
  /** What befell which call, in words. */
  readonly doing: string;
  /** Calls beyond those of the clean life. */
  readonly overhead: number;
  /** How many changes the observer holds against anybody, with the removals that came too early. */
  readonly violations: number;
  /** What is wrong with it, a sentence each. */
  readonly problems: readonly string[];
}

/** How many more calls one fault may cost: a renewal begun anew (about 20), a scan (about 15), and as much again. */
export const MOST_OVERHEAD = 70;

/** Throws an Error where the clean life does not end well, since nothing could be measured by it. */
export async function cleanLifeOf(stage: FaultStage, scenario: FaultScenario): Promise<CleanLife> {
  const life = await liveThroughFaults(stage, scenario);
  const problems = [...problemsOf(life, []), ...changedOthers(life)];
  if (problems.length > 0) throw new Error(`${scenario.name} goes wrong without any fault: ${problems.join('; ')}`);
  return { calls: life.calls.toSorted(byLabel), outcome: life.outcome, days: life.days };
}

/** Lives through one case. Throws an Error for a call that the clean life does not have. */
export async function runFaultCase(
  stage: FaultStage,
  scenario: FaultScenario,
  clean: CleanLife,
  given: FaultCase,
): Promise<FaultResult> {
  const planned = given.faults.map(({ call, effect }): PlannedFault => {
    const found = clean.calls[call - 1];
    if (found) return { call: found, effect };
    throw new Error(`${scenario.name} has no call ${call}: it has calls 1 to ${clean.calls.length}`);
  });
  const life = await liveThroughFaults(stage, scenario, planned, clean);
  const overhead = life.calls.length - clean.calls.length;
  const problems = problemsOf(life, planned);
  for (const [index, day] of clean.days.entries()) {
    problems.push(...differences(`on day ${scenario.days[index]}`, life.days[index], day));
  }
  problems.push(...differences('in the end', life.outcome, clean.outcome));
  if (overhead > MOST_OVERHEAD * planned.reduce((sum, { effect }) => sum + (effect === '503x4' ? 2 : 1), 0))
    problems.push(`it takes ${overhead} calls more`);
  const doing = planned.map(({ call, effect }) => `${effect} at ${call.label} (${call.occurrence})`).join(', ');
  const violations = life.violations.length + life.early.length;
  return { case: given, doing, overhead, violations, problems };
}

function problemsOf(life: FaultLife, planned: readonly PlannedFault[]): string[] {
  const problems = life.violations.map((violation) => `violation: ${violation}`);
  problems.push(...life.early);
  problems.push(...life.unexpected.map((error) => `unexpected: ${error}`));
  if (life.leaks > 0) problems.push(`${life.leaks} events or errors hold a token or a key`);
  if (!life.settled) problems.push('the scans still find something to do, or fail');
  if (life.abandoned > 0) problems.push(`${life.abandoned} messages were abandoned`);
  // Of two faults the first may have led past the second.
  if (life.reached < Math.min(planned.length, 1)) problems.push('the call did not come: the fault has not been seen');
  if (!life.events.some(({ event }) => event === 'certificate_trusted'))
    problems.push('certificate_trusted was not said');
  if (planned.length < 2 && !planned.some(isTakenForRefusal)) {
    const refusals = life.events.filter((event) => event.event === 'renewal_refused');
    problems.push(...refusals.map(({ reason, message }) => `renewal_refused (${reason}): ${message}`));
  }
  return problems;
}

/** Whether a fault may have a person told: a stale answer that says that something is missing may. */
function isTakenForRefusal({ effect }: PlannedFault): boolean {
  return effect === 'stale';
}

/** What enrollments hold beside certificates is what the seed has put there. */
function changedOthers({ seeded, outcome }: FaultLife): string[] {
  return Object.entries(outcome.services).flatMap(([dps, { others }]) =>
    isDeepStrictEqual(others, seeded.services[dps]?.others)
      ? []
      : [`the enrollments of ${dps} have changed: ${others}`],
  );
}

function byLabel(one: FaultCall, other: FaultCall): number {
  if (one.label !== other.label) return one.label < other.label ? -1 : 1;
  return one.occurrence - other.occurrence;
}

/** One sentence for each part that is not as it is in the clean life at the same time. */
function differences(when: string, outcome: FaultOutcome | undefined, wanted: FaultOutcome): string[] {
  return [...partsOf(wanted)]
    .map(([part, value]) => [part, value, outcome && partsOf(outcome).get(part)] as const)
    .filter(([, value, found]) => !isDeepStrictEqual(found, value))
    .map(([part, value, found]) => `${when} ${part} is ${shown(found)}, not ${shown(value)}`);
}

/** `kv-fleet/plant-a-ca versions`, `dps-1 slots` and so on; the names of all, so that nothing more is there, either. */
function partsOf({ vaults, services }: FaultOutcome): ReadonlyMap<string, unknown> {
  const things = [...Object.entries(vaults), ...Object.entries(services)];
  const parts = things.flatMap(([name, thing]) =>
    Object.entries(thing).map(([member, value]) => [`${name} ${member}`, value as unknown] as const),
  );
  return new Map([['what there is', things.map(([name]) => name)], ...parts]);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, compact: true });
}
