import type { X509Certificate } from 'node:crypto';

/** The value of the subject's common name, empty if it has none. DPS shows this and nothing else of the subject. */
export function commonName(certificate: X509Certificate): string {
  const subject = certificate.toLegacyObject().subject as { CN?: string | string[] } | undefined;
  const name = subject?.CN ?? '';
  return Array.isArray(name) ? (name.at(-1) ?? '') : name;
}
