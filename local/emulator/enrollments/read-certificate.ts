import type { X509Certificate } from 'node:crypto';
import { readUploadedCertificate } from '../resource-manager/uploaded-certificate.ts';

/**
 * Reads the `certificate` of an enrollment: PEM text, base64 of DER, or base64 of a PEM file.
 *
 * @returns `'bundle'` if there is more than one; `'malformed'` for anything else
 */
export function readCertificate(content: unknown): X509Certificate | 'bundle' | 'malformed' {
  const isPem = typeof content === 'string' && content.includes('-----BEGIN');
  return readUploadedCertificate(isPem ? Buffer.from(content).toString('base64') : content);
}
