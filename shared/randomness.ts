import * as crypto from 'node:crypto';

/** Octets that nobody can foresee. */
export function randomBytes(length: number): Uint8Array {
  return crypto.randomBytes(length);
}

/**
 * SubjectPublicKeyInfo (DER) of a fresh P-256 key whose private half is dropped at once: for a certificate that nobody
 * will ever present, such as a proof of possession.
 */
export function throwAwayPublicKey(): Uint8Array {
  const { publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}
