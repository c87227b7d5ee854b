import type { PendingRequest } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { readCertificationRequest } from '../x509/certification-request.ts';
import { sameAttributes } from '../x509/name.ts';
import { publicKeyKind } from '../x509/public-key.ts';
import { type FoundIssuer, type Generation, newestOf, type Observed } from './observed.ts';
import type { RefusalReason, WaitReason } from './reasons.ts';
import { type Validity, windowOpens } from './renew-before.ts';
import { gainsEnough, isValidAt, renewedValidity } from './renewed-validity.ts';
import { canTakeNew, isFull } from './service-lane.ts';
import { unsupportedKey } from './unsupported-key.ts';

/** The next step in the vault, or why there is none. */
export type VaultStep =
  | {
      readonly step: 'issue';
      readonly reason: 'request-pending';
      readonly request: PendingRequest;
      readonly issuer: FoundIssuer;
      readonly validity: Validity;
    }
  | { readonly step: 'request'; readonly reason: 'window-open' }
  | { readonly step: 'wait'; readonly reason: WaitReason; readonly until?: Date; readonly detail?: string }
  | { readonly step: 'refuse'; readonly reason: RefusalReason; readonly detail: string };

/** Whether the newest generation is in its renewal window. The one definition of "due", for scan and renewal alike. */
export function isDue(observed: Pick<Observed, 'renewBefore'>, newest: Generation, now: Date): boolean {
  return windowOpens(newest.certificate, observed.renewBefore) <= now;
}

/** Decides the vault lane. The first match wins. */
export function vaultStep(observed: Observed, now: Date): VaultStep {
  const newest = newestOf(observed);
  const { pending } = observed.vault;
  if (!isDue(observed, newest, now)) {
    return { step: 'wait', reason: 'not-due', until: windowOpens(newest.certificate, observed.renewBefore) };
  }
  const blocked = takers(observed, newest);
  if (blocked !== undefined) return blocked;
  const issuing = issuance(observed, newest, now);
  if ('step' in issuing) return issuing;
  if (pending === undefined) return { step: 'request', reason: 'window-open' };
  if (pending.issuerName !== 'Unknown') {
    return { step: 'wait', reason: 'operation-running', detail: `its issuer is '${pending.issuerName}'` };
  }
  const foreign = foreignRequest(pending, newest.certificate, observed.vault.keyPolicy.exportable);
  if (foreign !== undefined) return { step: 'refuse', reason: 'foreign-request', detail: foreign };
  return { step: 'issue', reason: 'request-pending', request: pending, ...issuing };
}

/** Why no DPS could use a new generation; `undefined` if one could. */
function takers({ services }: Observed, newest: Generation): VaultStep | undefined {
  if (services.some((service) => canTakeNew(service, newest))) return undefined;
  const full = services.filter((service) => isFull(service, newest)).map(({ name }) => name);
  if (full.length > 0) return { step: 'refuse', reason: 'no-free-slot', detail: full.join(', ') };
  const states = services.map(
    (service) => `${service.name}: ${service.kind === 'read' ? service.state : service.detail}`,
  );
  return { step: 'wait', reason: 'no-service-ready', detail: states.join('; ') };
}

interface Issuance {
  readonly issuer: FoundIssuer;
  readonly validity: Validity;
}

/** Who would sign the renewal and how long it would live; or why nobody can. */
function issuance(observed: Observed, newest: Generation, now: Date): Issuance | Exclude<VaultStep, { step: 'issue' }> {
  const { issuer, generations } = observed.vault;
  const own = newest.certificate.thumbprint;
  // Only an observation made before the window opened lacks it.
  if (issuer === undefined) return { step: 'wait', reason: 'vault-unreadable', detail: 'not looked for' };
  if (issuer.kind === 'unknown') return { step: 'wait', reason: 'vault-unreadable', detail: issuer.detail };
  if (issuer.kind === 'missing') return { step: 'refuse', reason: 'issuer-not-in-vault', detail: `certificate ${own}` };
  if (issuer.kind === 'self') return { step: 'refuse', reason: 'self-signed', detail: `certificate ${own}` };
  const issuing = issuer.generation.certificate;
  const unsupported = unsupportedKey(newest.certificate) ?? unsupportedKey(issuing);
  if (unsupported !== undefined) return { step: 'refuse', reason: 'unsupported-key', detail: unsupported };
  if (!isValidAt(issuing, now)) {
    const span = `${issuing.notBefore.toISOString()} to ${issuing.notAfter.toISOString()}`;
    return { step: 'refuse', reason: 'issuer-unusable', detail: `${issuer.ca.name}, valid ${span}` };
  }
  const certificates = generations.map((generation) => generation.certificate);
  const validity = renewedValidity(certificates, issuing, now);
  if (!gainsEnough(validity, newest.certificate)) {
    const end = issuing.notAfter.toISOString();
    return { step: 'refuse', reason: 'issuer-first', detail: `${issuer.ca.name} expires at ${end}` };
  }
  return { issuer, validity };
}

/**
 * Why a pending request is not one of ours: what we sign is never chosen by somebody else. `undefined` if it is ours.
 * The subject is compared by its text, since Key Vault encodes it anew.
 */
function foreignRequest(pending: PendingRequest, predecessor: Certificate, exportable: boolean): string | undefined {
  if (exportable) return 'its key is exportable';
  if (pending.csr === undefined) return 'it shows no CSR';
  try {
    const request = readCertificationRequest(pending.csr);
    if (!sameAttributes(request.subject, predecessor.subject)) return 'its subject is another';
    const asked = JSON.stringify(publicKeyKind(request.spki));
    const wanted = JSON.stringify(publicKeyKind(predecessor.spki));
    return asked === wanted ? undefined : `its key is ${asked}, the CA's is ${wanted}`;
  } catch (error) {
    return `its CSR cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
