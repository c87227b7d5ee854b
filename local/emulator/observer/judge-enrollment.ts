import type { EnrollmentContent, Reference } from '../enrollments/enrollment-store.ts';
import { type Entries, isTrusted } from './trust.ts';

/**
 * What must hold, whoever changes a DPS or a vault:
 * 1. no enabled X.509 enrollment is left without a trusted, unexpired CA, if it had one;
 * 2. nothing goes that an enrollment names, nor the last trusted thing that it holds;
 * 3. `primary` does not become null;
 * 4. a CA gets one generation in each renewal window, and a DPS one entry for each certificate.
 *
 * The first three are about the enrollments of a DPS, and judged here.
 */
export type Invariant = 1 | 2 | 3 | 4;

/** An enrollment's content beside the certificates of its DPS. */
export interface Situation {
  readonly content: EnrollmentContent;
  readonly entries: Entries;
}

/**
 * Tells which invariants a change breaks for one enrollment. Both sides are judged at the same moment, so that the mere
 * passing of time breaks nothing. An enrollment that stops using X.509 is nobody's fault.
 *
 * @returns invariant and, in a few words, what happened to the enrollment
 */
export function judgeEnrollment(before: Situation, after: Situation, now: Date): Map<Invariant, string> {
  const broken = new Map<Invariant, string>();
  if (after.content.attestation !== 'x509') return broken;
  if (after.content.isEnabled && holdsTrusted(before, now) && !holdsTrusted(after, now)) {
    broken.set(1, 'left without a verified, unexpired CA');
  }
  const removed = before.content.references.filter((each) => !isStillHeld(each, after));
  if (removed.length > 0 && holdsTrusted(before) && !holdsTrusted(after)) {
    broken.set(2, 'lost the last verified CA that it held');
  }
  const emptied = before.content.references.find(
    ({ kind, slot }) =>
      slot === 'primary' && !after.content.references.some((each) => each.kind === kind && each.slot === slot),
  );
  if (emptied) broken.set(3, `left with ${emptied.kind} of which primary is null`);
  return broken;
}

/** Whether a situation holds anything that DPS trusts; with `at`, also within its validity at that moment. */
export function holdsTrusted({ content, entries }: Situation, at?: Date): boolean {
  return content.references.some((reference) => isTrusted(reference, entries, at));
}

function isStillHeld(reference: Reference, { content, entries }: Situation): boolean {
  // A name whose entry has gone is held by the enrollment still, but holds nothing any more.
  if ('entry' in reference && !entries.get(reference.entry)) return false;
  return content.references.some((each) => isSame(each, reference));
}

function isSame(one: Reference, other: Reference): boolean {
  if ('entry' in one) return 'entry' in other && one.entry.toLowerCase() === other.entry.toLowerCase();
  return 'certificate' in other && one.certificate.sha256Thumbprint === other.certificate.sha256Thumbprint;
}
