import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import { Name } from '@peculiar/x509';
import { formatDistinguishedName } from '../distinguished-name.ts';
import { readDistinguishedNames } from '../resource-manager/distinguished-names.ts';

/**
 * What DPS shows of a certificate in an enrollment, in place of the certificate (X509CertificateInfo of its service
 * API). Thumbprints and serial number are upper-case hex, names have their most specific part first.
 */
export function certificateInfo(certificate: X509Certificate) {
  const names = readDistinguishedNames(certificate.raw);
  return {
    subjectName: formatDistinguishedName(new Name(names.subject)),
    sha1Thumbprint: certificate.fingerprint.replaceAll(':', ''),
    sha256Thumbprint: certificate.fingerprint256.replaceAll(':', ''),
    issuerName: formatDistinguishedName(new Name(names.issuer)),
    notBeforeUtc: seconds(certificate.validFromDate),
    notAfterUtc: seconds(certificate.validToDate),
    serialNumber: certificate.serialNumber,
    // ASSUMED: always 3. No CA certificate is of an older version, and node:crypto does not tell.
    version: 3,
  };
}

/** X.509 times have no fractions, and neither has what DPS makes of them. */
function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
