import type { KeyObject, X509Certificate } from 'node:crypto';

/** The key of a certificate; `undefined` for one that OpenSSL cannot decode: such a certificate has signed nothing. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}
