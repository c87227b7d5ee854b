import type { PendingRequest } from '../ports.ts';
import { readCertificationRequest } from '../x509/certification-request.ts';
import { sameAttributes } from '../x509/name.ts';
import { publicKeyKind, samePublicKey } from '../x509/public-key.ts';
import { keepsKey } from './asked-key.ts';
import { newestOf, type Observed } from './observed.ts';
import { requestSubject } from './request-subject.ts';

/**
 * Why a pending request is not one of ours: what we sign is never chosen by somebody else. `undefined` if it is ours.
 * The subject is compared by its text, since Key Vault encodes it anew.
 */
export function foreignRequest(observed: Observed, pending: PendingRequest): string | undefined {
  const predecessor = newestOf(observed).certificate;
  const { issuer, seeds, keyPolicy } = observed.vault;
  if (keyPolicy.exportable) return 'its key is exportable';
  if (pending.csr === undefined) return 'it shows no CSR';
  try {
    const { subject, spki } = readCertificationRequest(pending.csr);
    if (!sameAttributes(subject, requestSubject(observed.ca.name, predecessor.subject)))
      return 'its subject is another';
    const asked = JSON.stringify(publicKeyKind(spki));
    const wanted = JSON.stringify(publicKeyKind(predecessor.spki));
    if (asked !== wanted) return `its key is ${asked}, the CA's is ${wanted}`;
    if (keepsKey(observed)) return samePublicKey(spki, predecessor.spki) ? undefined : 'its key is not the one to keep';
    // A root's request that is not for the seed's key could be signed by no key that we know.
    const [seed] = seeds;
    if (issuer.kind === 'self' && !(seed && samePublicKey(spki, seed.certificate.spki))) {
      return "its key is not the seed's";
    }
    // Whoever may import certificates knows their keys, and could have asked for one of these again.
    const isNew = issuer.kind === 'self' || !observed.vault.keys.some((key) => samePublicKey(key, spki));
    return isNew ? undefined : 'its key is not a new one';
  } catch (error) {
    return `its CSR cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
