import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { Name } from '@peculiar/x509';
import { formatDistinguishedName } from '../distinguished-name.ts';
import { readDistinguishedNames } from './distinguished-names.ts';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the `certificate` of an upload or a verification: base64 of a DER certificate or of a PEM file.
 *
 * @returns the certificate; `'bundle'` if there is more than one; `'malformed'` for anything else, above all a PEM text
 *   that was not base64-encoded once more
 */
export function readUploadedCertificate(content: unknown): X509Certificate | 'bundle' | 'malformed' {
  if (typeof content !== 'string' || content === '' || !BASE64.test(content)) return 'malformed';
  const bytes = Buffer.from(content, 'base64');
  if (!bytes.includes('-----BEGIN')) return readDer(bytes);
  const blocks = [...bytes.toString('latin1').matchAll(PEM_BLOCK)];
  if (blocks.length > 1) return 'bundle';
  const [block] = blocks;
  return block?.[1] === undefined ? 'malformed' : readDer(Buffer.from(block[1], 'base64'));
}

/** OpenSSL opens certificates whose dates or names nobody can read, and such that are BER but not DER. */
function isReadable({ raw, validFromDate, validToDate }: X509Certificate): boolean {
  if ([validFromDate, validToDate].some((date) => Number.isNaN(date.getTime()))) return false;
  try {
    const { subject, issuer } = readDistinguishedNames(raw);
    for (const name of [subject, issuer]) formatDistinguishedName(new Name(name));
    return true;
  } catch {
    return false;
  }
}

function readDer(der: Buffer): X509Certificate | 'bundle' | 'malformed' {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return 'malformed';
  }
  if (!isReadable(certificate)) return 'malformed';
  // The parser stops at the end of the first certificate, whatever follows.
  return certificate.raw.length === der.length ? certificate : 'bundle';
}
