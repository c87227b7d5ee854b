import { askedKey } from './asked-key.ts';
import type { DueReason } from './due.ts';
import type { FoundIssuer, Generation, Observed } from './observed.ts';
import type { Validity } from './renew-before.ts';
import { gainsEnough, isValidAt, renewedValidity } from './renewed-validity.ts';
import type { RestingStep } from './resting-step.ts';
import { unsupportedKey } from './unsupported-key.ts';

/** Who signs a renewal, and how long it will live. */
export interface Issuance {
  readonly issuer: FoundIssuer;
  readonly validity: Validity;
}

/** Who would sign the next generation, and for how long; or why nobody can. */
export function issuance(observed: Observed, newest: Generation, due: DueReason, now: Date): Issuance | RestingStep {
  const { generations } = observed.vault;
  const issuer = signerOf(observed, newest);
  if ('step' in issuer) return issuer;
  const issuing = issuer.generation.certificate;
  const unsupported = unsupportedKey(newest.certificate) ?? unsupportedKey(issuing);
  if (unsupported !== undefined) return { step: 'refuse', reason: 'unsupported-key', detail: unsupported };
  // A root that is to have a new key is signed by that one.
  const signsWithSeed = askedKey(observed) === 'seed';
  if (!signsWithSeed && !isValidAt(issuing, now)) {
    // Key Vault signs only within the validity of the key's certificate.
    const span = `${issuing.notBefore.toISOString()} to ${issuing.notAfter.toISOString()}`;
    const isSeed = observed.vault.seeds.includes(issuer.generation);
    const way = isSeed
      ? `: disable its temporary version ${issuer.generation.version}, and delete its pending request`
      : '';
    return { step: 'refuse', reason: 'issuer-unusable', detail: `${issuer.ca.name}, valid ${span}${way}` };
  }
  const certificates = generations.map((generation) => generation.certificate);
  // A root's validity has no other certificate above it.
  const cap = observed.vault.issuer.kind === 'self' ? undefined : issuing.notAfter;
  const validity = renewedValidity(certificates, cap, now);
  // Under a new issuer's key, or at a person's wish, time is not what is to be gained; but nothing may end sooner.
  const isWorthIt =
    due === 'window-open' ? gainsEnough(validity, newest.certificate) : validity.notAfter > newest.certificate.notAfter;
  if (!isWorthIt) {
    const end = issuing.notAfter.toISOString();
    return { step: 'refuse', reason: 'issuer-first', detail: `${issuer.ca.name} expires at ${end}` };
  }
  return { issuer, validity };
}

/** A root signs itself: with its seed's key once there is one, with its own until then. */
function signerOf(observed: Observed, newest: Generation): FoundIssuer | RestingStep {
  const { issuer, seeds } = observed.vault;
  const { thumbprint } = newest.certificate;
  if (issuer.kind === 'unknown') return { step: 'wait', reason: 'vault-unreadable', detail: issuer.detail };
  if (issuer.kind === 'missing') {
    return { step: 'refuse', reason: 'issuer-not-in-vault', detail: `certificate ${thumbprint}` };
  }
  if (observed.vault.isIssuerDue) return { step: 'wait', reason: 'issuer-due' };
  if (issuer.kind === 'found') return issuer;
  return { ca: observed.ca, generation: seeds[0] ?? newest };
}
