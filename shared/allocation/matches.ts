import type { AllocationRequest } from './allocation-request.ts';
import type { Glob } from './glob.ts';
import { type Match, plainName } from './rules.ts';

/**
 * Whether every condition of a rule holds for a device. What is not known of a device fulfils no condition on it, except
 * that of a payload field not to exist.
 */
export function matches(match: Match, request: AllocationRequest): boolean {
  const { certificate, payload } = request;
  const issuerName = certificate?.issuerName;
  return (
    anyOf(match.enrollment, request.enrollment.id) &&
    anyOf(match.registrationId, request.registrationId) &&
    anyOf(match.issuer, issuerName === undefined ? undefined : plainName(issuerName)) &&
    (match.issuerThumbprint?.some((each) => certificate?.issuerThumbprints.includes(each)) ?? true) &&
    (match.payload?.every(({ pointer, holds }) => holds(pointer(payload))) ?? true)
  );
}

function anyOf(globs: readonly Glob[] | undefined, text: string | undefined): boolean {
  return globs === undefined || (text !== undefined && globs.some((glob) => glob(text)));
}
