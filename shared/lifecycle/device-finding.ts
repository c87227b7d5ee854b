import type { KeptAttestation, Registration } from '../ports.ts';
import { type CertificateFace, readFaceIfCertificate } from '../x509/certificate.ts';
import { nameAttributes } from '../x509/name.ts';
import { Oid } from '../x509/oids.ts';
import type { Finding } from './evidence.ts';
import type { Line, Lines } from './lines-up.ts';

/**
 * How far apart DPS's own record of a registration and the evidence of it may be: the webhook is tried for some minutes
 * (10 times, 1 s and 9 s more each time), and clocks differ.
 */
const NEAR_MS = 15 * 60_000;

/** What devices are held against. */
export interface Succeeded {
  readonly lines: Lines;
  /** notBefore of the first generation after the older one: what is older than that, it has not issued. */
  readonly newerFrom: Date;
}

/**
 * Whether evidence belongs to the registration that DPS tells of: the same device, and about the same time. Anybody
 * could say anything of a device that has never registered.
 */
export function isOfRegistration(
  attestation: Pick<KeptAttestation, 'registrationId' | 'at'>,
  registration: Registration,
): boolean {
  const { registrationId, lastUpdated } = registration;
  if (attestation.registrationId.toLowerCase() !== registrationId.toLowerCase() || lastUpdated === undefined) {
    return false;
  }
  return Math.abs(attestation.at.getTime() - lastUpdated.getTime()) <= NEAR_MS;
}

/**
 * What the latest registration of a device proves of it. `moved` and `old` are read off its certificate, or off the
 * thumbprint of the CA certificate that DPS found above it; names prove nothing. Whatever contradicts itself, or would
 * fit both, is `unknown`.
 */
export function deviceFinding(
  attestation: KeptAttestation | undefined,
  registration: Registration,
  { lines, newerFrom }: Succeeded,
): Finding {
  if (attestation === undefined || !isOfRegistration(attestation, registration)) return 'unknown';
  const signer = findingOf(lines.ofThumbprints(attestation.issuerThumbprints));
  if (attestation.certificate === undefined) return signer;
  const certificate = readFaceIfCertificate(attestation.certificate);
  if (certificate === undefined || !isNamed(certificate, registration.registrationId)) return 'unknown';
  const line = lines.ofCertificate(certificate);
  const isTooOld = (line === 'neither' || line === 'both') && certificate.notBefore < newerFrom;
  const own = isTooOld ? 'old' : findingOf(line);
  if (own === 'unknown') return line === 'both' ? 'unknown' : signer;
  return signer === 'unknown' || signer === own ? own : 'unknown';
}

function findingOf(line: Line): Finding {
  if (line === 'newer') return 'moved';
  return line === 'older' ? 'old' : 'unknown';
}

/** DPS registers a device under its CN, and tells ids apart without regard to case. */
function isNamed({ subject }: CertificateFace, registrationId: string): boolean {
  const names = nameAttributes(subject).filter(([oid]) => oid === Oid.commonName);
  return names.length === 1 && names[0]?.[1].toLowerCase() === registrationId.toLowerCase();
}
