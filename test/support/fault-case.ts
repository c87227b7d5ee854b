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
  /** What is wrong with it, a sentence each. */
  readonly problems: readonly string[];
}

/** How many more calls one fault may cost: a renewal begun anew (about 20), a scan (about 15), and as much again. */
export const MOST_OVERHEAD = 70;

/** Throws an Error where the clean life does not end well, since nothing could be measured by it. */
export async function cleanLifeOf(stage: FaultStage, scenario: FaultScenario): Promise<CleanLife> {
  const life = await liveThroughFaults(stage, scenario);
  const problems = problemsOf(life, 0);
  if (problems.length > 0) throw new Error(`${scenario.name} goes wrong without any fault: ${problems.join('; ')}`);
  return { calls: life.calls.toSorted(byLabel), outcome: life.outcome };
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
  const life = await liveThroughFaults(stage, scenario, planned, clean.outcome);
  const overhead = life.calls.length - clean.calls.length;
  const problems = problemsOf(life, planned.length);
  problems.push(...differences(life.outcome, clean.outcome));
  if (overhead > MOST_OVERHEAD * Math.max(1, planned.length)) problems.push(`it takes ${overhead} calls more`);
  const doing = planned.map(({ call, effect }) => `${effect} at ${call.label} (${call.occurrence})`).join(', ');
  return { case: given, doing, overhead, problems };
}

function problemsOf(life: FaultLife, faults: number): string[] {
  const problems = life.violations.map((violation) => `violation: ${violation}`);
  if (!life.settled) problems.push('the scans still find something to do, or fail');
  if (life.abandoned > 0) problems.push(`${life.abandoned} messages were abandoned`);
  // Of two faults the first may have led past the second.
  if (life.reached < Math.min(faults, 1)) problems.push('the call did not come: the fault has not been seen');
  return problems;
}

function byLabel(one: FaultCall, other: FaultCall): number {
  if (one.label !== other.label) return one.label < other.label ? -1 : 1;
  return one.occurrence - other.occurrence;
}

/** One sentence for each member that is not as it is after the clean life. */
function differences(outcome: FaultOutcome, wanted: FaultOutcome): string[] {
  const members = Object.keys(wanted) as (keyof FaultOutcome)[];
  return members
    .filter((member) => !isDeepStrictEqual(outcome[member], wanted[member]))
    .map((member) => `in the end ${member} is ${shown(outcome[member])}, not ${shown(wanted[member])}`);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, compact: true });
}
