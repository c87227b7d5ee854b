import { currentRequest } from './current-request.ts';
import type { Invariant } from './judge-enrollment.ts';

/** A change that must not be. */
export interface Violation {
  readonly invariant: Invariant;
  /** Where it was: a DPS, or a vault. */
  readonly dps?: string;
  readonly vault?: string;
  /** By the emulator's clock, ISO 8601. */
  readonly at: string;
  readonly message: string;
  /** `group/ID` or `individual/ID`; the first ten if there are more, none where it is about certificates alone. */
  readonly enrollments: readonly string[];
  /** How many enrollments it concerns. */
  readonly count: number;
  /** What caused it; absent for what was changed from inside the process. `path` is the URL's. */
  readonly request?: { readonly method: string; readonly path: string };
}

const SHOWN_ENROLLMENTS = 10;

/** A violation by the request that is being answered. */
export function violationNow(
  where: Pick<Violation, 'dps'> | Pick<Violation, 'vault'>,
  {
    invariant,
    message,
    enrollments = [],
  }: { readonly invariant: Invariant; readonly message: string; readonly enrollments?: readonly string[] },
  now: Date,
): Violation {
  const request = currentRequest();
  return {
    invariant,
    ...where,
    at: now.toISOString(),
    message,
    enrollments: enrollments.slice(0, SHOWN_ENROLLMENTS),
    count: enrollments.length,
    ...(request && { request: { method: request.method, path: request.url.pathname } }),
  };
}
