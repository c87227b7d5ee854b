import type { NewRequest } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { nameToString } from '../x509/name.ts';
import { publicKeyKind } from '../x509/public-key.ts';
import type { AskedKey } from './asked-key.ts';
import type { Observed } from './observed.ts';
import { requestSubject } from './request-subject.ts';

/**
 * A renewal is the same certificate again: the same subject, as far as a request can carry it, key type and key usage;
 * but never an exportable key.
 */
export function newRequest({ ca, vault }: Observed, key: AskedKey): NewRequest {
  const { certificate, tags } = vault.generations[0];
  const kind = publicKeyKind(certificate.spki);
  const hsm = vault.keyPolicy.keyType.endsWith('-HSM') ? '-HSM' : '';
  return {
    subject: nameToString(requestSubject(ca.name, certificate.subject)),
    key: {
      keyType: `${kind.kty}${hsm}`,
      ...(kind.kty === 'RSA' ? { size: kind.size } : { curve: kind.curve }),
      reuseKey: key === 'same',
    },
    // Without a usage that lets the key sign, it could never prove possession.
    keyUsage: certificate.keyUsage.length > 0 ? certificate.keyUsage : ['keyCertSign', 'cRLSign'],
    validityInMonths: lifetimeInMonths(certificate),
    tags,
  };
}

/** For the policy's sake only, within what Key Vault's portal accepts; the certificate's dates are ours. */
function lifetimeInMonths({ notBefore, notAfter }: Certificate): number {
  const days = (notAfter.getTime() - notBefore.getTime()) / 86_400_000;
  return Math.min(120, Math.max(1, Math.round(days / 30.44)));
}
