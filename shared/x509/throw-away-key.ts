import { generateKeyPairSync } from 'node:crypto';

/**
 * SubjectPublicKeyInfo (DER) of a fresh P-256 key whose private half is dropped at once. For a certificate that is
 * never presented by anybody, such as a proof of possession. The one function of this folder that is not pure.
 */
export function throwAwayPublicKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}
