import type { FaultResult } from '../../test/support/fault-case.ts';
import { type FaultFailure, failureOf } from '../../test/support/fault-failure.ts';
import type { CleanLives } from '../../test/support/fault-matrix.ts';

export interface FaultSummary {
  readonly cases: number;
  readonly failures: readonly FaultFailure[];
  /** Of all lives together: what must not be, done by anybody. */
  readonly violations: number;
  /** Calls beyond those of a life without faults, in the worst case. */
  readonly worstOverhead: number;
  readonly scenarios: readonly ScenarioSummary[];
  readonly durationMs: number;
}

export interface ScenarioSummary {
  readonly name: string;
  /** Of its life without faults. */
  readonly calls: number;
  readonly cases: number;
  readonly failures: number;
  readonly worstOverhead: number;
}

/** What a run came to, as `--json` prints it. */
export function summaryOf(lives: CleanLives, results: readonly FaultResult[], durationMs: number): FaultSummary {
  return {
    cases: results.length,
    failures: results.filter(({ problems }) => problems.length > 0).map(failureOf),
    violations: results.reduce((sum, { violations }) => sum + violations, 0),
    worstOverhead: worstOf(results),
    scenarios: Object.entries(lives).map(([name, { calls }]) => {
      const own = results.filter((result) => result.case.scenario === name);
      const failures = own.filter(({ problems }) => problems.length > 0).length;
      return { name, calls: calls.length, cases: own.length, failures, worstOverhead: worstOf(own) };
    }),
    durationMs: Math.round(durationMs),
  };
}

function worstOf(results: readonly FaultResult[]): number {
  return results.reduce((worst, { overhead }) => Math.max(worst, overhead), 0);
}
