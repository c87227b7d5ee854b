import type { FaultResult } from './fault-case.ts';
import { replayCommand } from './fault-matrix.ts';

/** A case that went wrong, as it is shown. */
export interface FaultFailure {
  readonly scenario: string;
  /** What befell which call. */
  readonly doing: string;
  readonly problems: readonly string[];
  /** The one command that runs it again. */
  readonly command: string;
}

export function failureOf({ case: given, doing, problems }: FaultResult): FaultFailure {
  return { scenario: given.scenario, doing, problems, command: replayCommand(given) };
}
