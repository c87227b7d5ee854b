import { publicKeyKind } from '../x509/public-key.ts';

/** Kind of a public key (DER), such as `RSA 2048`; `undefined` for one that no vault has. */
export function keyOfSpki(spki: Uint8Array): string | undefined {
  try {
    const kind = publicKeyKind(spki);
    return kind.kty === 'RSA' ? `RSA ${kind.size}` : kind.curve;
  } catch {
    return undefined;
  }
}
