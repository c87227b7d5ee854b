import { samePublicKey } from '../x509/public-key.ts';
import type { Generation } from './observed.ts';
import { gainsEnough } from './renewed-validity.ts';

/** A race is over within minutes; a second renewal that somebody asks for on purpose comes later. */
const RACE_MS = 10 * 60_000;

/**
 * Whether a generation is the renewal before it once more: of the same key, made within minutes of it, and no longer
 * valid. Key Vault merges into any pending request of the same key, so two renewals of a root that met within one call
 * of each other leave two generations; one of them must go.
 */
export function isMadeTwice(later: Generation, earlier: Generation): boolean {
  return (
    samePublicKey(later.certificate.spki, earlier.certificate.spki) &&
    Math.abs(later.createdOn.getTime() - earlier.createdOn.getTime()) <= RACE_MS &&
    !gainsEnough(later.certificate, earlier.certificate)
  );
}
