import type { Validity } from './renew-before.ts';

/** Clocks differ, and Key Vault refuses to sign with a key before its certificate's notBefore; so it lies in the past. */
export const BACK_DATED_MS = 10 * 60_000;

/** RFC 5280 section 4.1.2.5: the last moment that a certificate can name, and what stands for "without an end". */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A renewal that gains less than this share of the old lifetime would be followed by the next one, and the next. */
const LEAST_GAIN = 0.02;

/**
 * The validity of a renewal: as long as the longest of the CA's generations, then capped by the issuer's notAfter
 * (the longest, because the cap would otherwise shrink the CA at every renewal). Whole seconds, as in a certificate.
 */
export function renewedValidity(generations: readonly Validity[], cap: Date | undefined, now: Date): Validity {
  const longest = Math.max(...generations.map(lifetime));
  const notBefore = Math.floor((now.getTime() - BACK_DATED_MS) / 1000) * 1000;
  return {
    notBefore: new Date(notBefore),
    notAfter: new Date(Math.min(notBefore + longest, cap?.getTime() ?? LATEST)),
  };
}

/** Whether a renewal is worth its while: it must outlive its predecessor by at least 2% of the predecessor's lifetime. */
export function gainsEnough(renewal: Validity, predecessor: Validity): boolean {
  return renewal.notAfter.getTime() - predecessor.notAfter.getTime() >= LEAST_GAIN * lifetime(predecessor);
}

/** Whether a moment lies within a validity. */
export function isValidAt(validity: Validity, moment: Date): boolean {
  return validity.notBefore <= moment && moment <= validity.notAfter;
}

function lifetime(validity: Validity): number {
  return validity.notAfter.getTime() - validity.notBefore.getTime();
}
