import type { webcrypto } from 'node:crypto';
import { subtle } from 'node:crypto';
import * as x509 from './peculiar.ts';

const ALGORITHMS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
} as const;

/** A CSR (DER) with a key of its own, and what is in it: SPKI and subject, both DER. */
export async function certificationRequest(
  subject: string,
  curve: keyof typeof ALGORITHMS,
): Promise<{ csr: Uint8Array; spki: Uint8Array; subject: Uint8Array }> {
  const signingAlgorithm = ALGORITHMS[curve];
  const keys = (await subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm });
  return {
    csr: new Uint8Array(request.rawData),
    spki: new Uint8Array(request.publicKey.rawData),
    subject: new Uint8Array(request.subjectName.toArrayBuffer()),
  };
}
