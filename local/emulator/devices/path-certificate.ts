import type { KeyObject, X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../public-key-of.ts';
import { type DistinguishedNames, readDistinguishedNames } from '../resource-manager/distinguished-names.ts';

/** A certificate as a certification path needs it. */
export interface PathCertificate {
  readonly certificate: X509Certificate;
  /** SHA-256, upper-case hex. */
  readonly thumbprint: string;
  /** The DER of the name, in hex: names are compared byte for byte. */
  readonly subject: string;
  readonly issuer: string;
  /** `undefined` for a key that nothing here can verify with. */
  readonly publicKey: KeyObject | undefined;
}

/** Devices come again and again, over and under the same certificates. */
const known = new WeakMap<X509Certificate, PathCertificate>();

export function readPathCertificate(certificate: X509Certificate): PathCertificate {
  const present = known.get(certificate);
  if (present) return present;
  const names = namesOf(certificate);
  const read: PathCertificate = {
    certificate,
    thumbprint: certificate.fingerprint256.replaceAll(':', ''),
    subject: names?.subject.toString('hex') ?? '',
    issuer: names?.issuer.toString('hex') ?? 'unreadable',
    publicKey: publicKeyOf(certificate),
  };
  known.set(certificate, read);
  return read;
}

/** A device may send anything: one whose names cannot be read was issued by nobody, and has issued nothing. */
function namesOf({ raw }: X509Certificate): DistinguishedNames | undefined {
  try {
    return readDistinguishedNames(raw);
  } catch {
    return undefined;
  }
}

/** Both ends inclusive (RFC 5280 section 4.1.2.5). */
export function isWithinValidity({ certificate }: PathCertificate, at: Date): boolean {
  return certificate.validFromDate <= at && at <= certificate.validToDate;
}
