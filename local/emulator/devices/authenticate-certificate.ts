import { X509Certificate } from 'node:crypto';
import type { EmbeddedCertificate, Reference, StoredEnrollment } from '../enrollments/enrollment-store.ts';
import { commonName } from '../resource-manager/common-name.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { Attested } from './attested.ts';
import { climb } from './climb.ts';
import type { DeviceContext } from './context.ts';
import { isWithinValidity, type PathCertificate, readPathCertificate } from './path-certificate.ts';

/**
 * Finds the X.509 enrollment of a device that sent a certificate in its TLS handshake. Its common name is the
 * registrationId. An individual enrollment holds the certificate itself, or names a verified entry above it; else it is
 * the group of the nearest CA certificate above it. A group that holds a certificate counts if that is a verified entry
 * or has one above it.
 * ASSUMED: that the common name is compared without regard to case; that what the DPS holds may stand in for
 * certificates that the device did not send; that an entry which is not verified is passed over; that of two groups for
 * one certificate the one which holds it comes first, then the older; and that certificates outside their validity are
 * as good as absent, with 'Invalid certificate' for the device's own.
 *
 * @throws ServiceError 401
 */
export function authenticateCertificate(context: DeviceContext): Attested {
  const { service, registrationId, now, refusal } = context;
  const [sent, ...others] = context.request.clientCertificates ?? [];
  if (!sent) throw refusal(401_002, 'Unauthorized');
  const leaf = readPathCertificate(sent);
  if (!isWithinValidity(leaf, now) || commonName(sent).toLowerCase() !== registrationId.toLowerCase()) {
    throw refusal(401_002, 'Invalid certificate');
  }
  const candidates = [...others.map(readPathCertificate), ...held(service)];
  const levels = climb(leaf, candidates, now);
  const vouchedFor = (each: PathCertificate) =>
    [each, ...climb(each, candidates, now).flat()].some((above) => verifiedNames(service, above).length > 0);

  const individual = service.enrollments.individual.get(registrationId);
  const found = individual
    ? matchIndividual(individual, leaf, levels, service)
    : matchGroup([...service.enrollments.group.values()], levels, service, vouchedFor);
  if (!found) throw refusal(401_002, individual ? 'Unauthorized' : 'CA certificate not found.');
  const credential = { kind: 'x509', certificate: sent, signer: found.signer?.certificate } as const;
  return { enrollment: found.enrollment, credential };
}

interface Match {
  readonly enrollment: StoredEnrollment;
  readonly signer: PathCertificate | undefined;
}

function matchIndividual(
  enrollment: StoredEnrollment,
  leaf: PathCertificate,
  levels: readonly PathCertificate[][],
  service: ProvisioningService,
): Match | undefined {
  const { references } = enrollment.content;
  if (references.some((each) => holds(each, 'clientCertificates', leaf))) return { enrollment, signer: undefined };
  const signer = levels.flat().find((each) => {
    const names = verifiedNames(service, each);
    return references.some((reference) => namesOne(reference, names));
  });
  return signer && { enrollment, signer };
}

function matchGroup(
  groups: readonly StoredEnrollment[],
  levels: readonly PathCertificate[][],
  service: ProvisioningService,
  vouchedFor: (each: PathCertificate) => boolean,
): Match | undefined {
  for (const signer of levels.flat()) {
    const holding = groups.find(({ content }) =>
      content.references.some((each) => holds(each, 'signingCertificates', signer)),
    );
    if (holding && vouchedFor(signer)) return { enrollment: holding, signer };
    const names = verifiedNames(service, signer);
    const naming = groups.find(({ content }) => content.references.some((each) => namesOne(each, names)));
    if (naming) return { enrollment: naming, signer };
  }
  return undefined;
}

function holds(reference: Reference, kind: Reference['kind'], { thumbprint }: PathCertificate): boolean {
  return reference.kind === kind && 'certificate' in reference && reference.certificate.sha256Thumbprint === thumbprint;
}

/** Whether a reference names one of these entries. */
function namesOne(reference: Reference, entries: readonly string[]): boolean {
  return 'entry' in reference && entries.includes(reference.entry.toLowerCase());
}

/** The names, in lower case, of the verified entries that are this certificate. */
function verifiedNames(service: ProvisioningService, { thumbprint }: PathCertificate): string[] {
  return service.certificates
    .list()
    .filter(({ isVerified, certificate }) => isVerified && readPathCertificate(certificate).thumbprint === thumbprint)
    .map(({ name }) => name.toLowerCase());
}

/** Parsed once, however many devices come by it. */
const parsed = new WeakMap<EmbeddedCertificate, X509Certificate>();

/** The CA certificates that a DPS holds: its verified entries, and those in its groups. */
function held(service: ProvisioningService): PathCertificate[] {
  const entries = service.certificates.list().filter(({ isVerified }) => isVerified);
  const embedded = [...service.enrollments.group.values()].flatMap(({ content }) =>
    content.references.flatMap((each) => ('certificate' in each ? [parse(each.certificate)] : [])),
  );
  return [...entries.map(({ certificate }) => certificate), ...embedded].map(readPathCertificate);
}

function parse(embedded: EmbeddedCertificate): X509Certificate {
  const certificate = parsed.get(embedded) ?? new X509Certificate(embedded.der);
  parsed.set(embedded, certificate);
  return certificate;
}
