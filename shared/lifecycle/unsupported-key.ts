import type { Certificate } from '../x509/certificate.ts';
import { publicKeyKind } from '../x509/public-key.ts';

/** What Key Vault can make, DPS accepts, and `SignatureAlgorithm` can sign with. */
const SUPPORTED = ['RSA 2048', 'RSA 3072', 'RSA 4096', 'EC P-256', 'EC P-384'];

/** Why a certificate's key can neither be renewed nor sign; `undefined` if it can. */
export function unsupportedKey({ spki, thumbprint }: Certificate): string | undefined {
  try {
    const kind = publicKeyKind(spki);
    const name = `${kind.kty} ${kind.kty === 'RSA' ? kind.size : kind.curve}`;
    return SUPPORTED.includes(name) ? undefined : `${thumbprint} has a key ${name}, not one of ${SUPPORTED.join(', ')}`;
  } catch (error) {
    return `${thumbprint}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
