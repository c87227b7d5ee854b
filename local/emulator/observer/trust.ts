import { X509Certificate } from 'node:crypto';
import type { Reference } from '../enrollments/enrollment-store.ts';
import { publicKeyOf } from '../public-key-of.ts';
import type { CertificateEntry } from '../resource-manager/provisioning-services.ts';

/** The entries of a DPS at one moment. */
export interface Entries {
  get(name: string): CertificateEntry | undefined;
  list(): readonly CertificateEntry[];
}

/**
 * Whether a reference is worth anything to DPS: the entry that it names is verified; for an embedded certificate, an
 * entry that it is, or that signed it, is verified.
 *
 * @param at if given, what counts must also be within its validity at that moment
 */
export function isTrusted(reference: Reference, entries: Entries, at?: Date): boolean {
  if ('entry' in reference) {
    const entry = entries.get(reference.entry);
    return entry !== undefined && counts(entry, at);
  }
  const { der, issuer, sha256Thumbprint } = reference.certificate;
  const candidates = entries.list().filter((entry) => counts(entry, at));
  const itself = candidates.find(({ certificate }) => thumbprintOf(certificate) === sha256Thumbprint);
  if (itself) return true;
  // Parsing and verifying is what costs, so the names go first.
  const issuers = candidates.filter(({ certificate }) => certificate.subject === issuer);
  if (issuers.length === 0) return false;
  const embedded = new X509Certificate(der);
  if (at && !isWithinValidity(embedded, at)) return false;
  return issuers.some(({ certificate }) => {
    const key = publicKeyOf(certificate);
    return key !== undefined && embedded.verify(key);
  });
}

function counts({ isVerified, certificate }: CertificateEntry, at: Date | undefined): boolean {
  return isVerified && (at === undefined || isWithinValidity(certificate, at));
}

/** Both ends inclusive (RFC 5280 section 4.1.2.5). */
function isWithinValidity({ validFromDate, validToDate }: X509Certificate, at: Date): boolean {
  return validFromDate <= at && at <= validToDate;
}

function thumbprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '');
}
