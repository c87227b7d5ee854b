import type { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { namesEntry } from '../enrollments/names-entry.ts';
import type { ServiceError, ServiceRequest, ServiceResponse } from '../service.ts';
import { toCertificateResource, toVerificationCodeResource } from './certificate-resource.ts';
import { faultOfProof } from './proof-of-possession.ts';
import type { CertificateEntry, ProvisioningService } from './provisioning-services.ts';
import { readUploadedCertificate } from './uploaded-certificate.ts';

/** CA certificates per DPS (service limits of IoT Hub Device Provisioning Service). */
export const CERTIFICATE_LIMIT = 25;

/** What the operations on the certificates of one DPS work with. */
export interface CertificatesContext {
  readonly service: ProvisioningService;
  /** The resource id of the DPS. */
  readonly serviceId: string;
  readonly request: ServiceRequest;
  readonly now: Date;
  readonly random: (bytes: number) => Uint8Array;
  /**
   * An error of the resource provider: six-digit code, sentence. Seen of it are 400053, 412001 and 500019.
   * ASSUMED: all other codes (400001 to 400004, 404001, 409001, 409002) and their sentences.
   */
  readonly refusal: (code: number, message: string) => ServiceError;
}

const uploadSchema = z.object({ certificate: z.unknown(), isVerified: z.boolean().nullish() });

export function listCertificates({ service, serviceId }: CertificatesContext): ServiceResponse {
  const value = service.certificates.list().map((entry) => toCertificateResource(entry, serviceId));
  return { status: 200, body: { value } };
}

export function getCertificate(context: CertificatesContext, name: string): ServiceResponse {
  return { status: 200, body: toCertificateResource(existing(context, name), context.serviceId) };
}

/**
 * Creates or replaces an entry; 200 in both cases, never 201. Replacing needs If-Match, creating ignores it. New
 * content has to be verified anew unless the request says `isVerified: true`, which the service believes.
 * ASSUMED: that replacing a verified entry makes it unverified, even by the same content, and voids its code.
 */
export function putCertificate(context: CertificatesContext, name: string): ServiceResponse {
  const { service, request, now, refusal } = context;
  assertActive(context);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    throw refusal(400_004, `The certificate name '${name}' must be 1 to 64 letters, digits, '-', '.' or '_'.`);
  }
  const present = service.certificates.get(name);
  if (present) assertEtag(context, present);
  const upload = uploadOf(context, request.body);
  if (!present && service.certificates.list().length >= CERTIFICATE_LIMIT) {
    throw refusal(400_003, `'${service.name}' holds ${CERTIFICATE_LIMIT} certificates already, which is the limit.`);
  }
  const entry = service.certificates.put({
    name,
    ...upload,
    updated: now,
    verificationCode: undefined,
  });
  return { status: 200, body: toCertificateResource(entry, context.serviceId) };
}

/**
 * Deletes an entry, be it named by an enrollment or not: the procedure for a compromised CA begins with just that.
 * ASSUMED: 204 for an entry that is not there, as is ARM's rule for DELETE; and 409 where the DPS is told to refuse.
 */
export function deleteCertificate(context: CertificatesContext, name: string): ServiceResponse {
  assertActive(context);
  const entry = context.service.certificates.get(name);
  if (!entry) return { status: 204 };
  assertEtag(context, entry);
  assertNotNamed(context, name);
  context.service.certificates.delete(name);
  return { status: 200 };
}

/** A new code replaces the former one. */
export function generateVerificationCode(context: CertificatesContext, name: string): ServiceResponse {
  assertActive(context);
  const entry = existing(context, name);
  assertEtag(context, entry);
  const verificationCode = Buffer.from(context.random(24)).toString('hex').toUpperCase();
  const updated = context.service.certificates.put({ ...entry, verificationCode, updated: context.now });
  return { status: 200, body: toVerificationCodeResource(updated, context.serviceId) };
}

/**
 * Verifies the proof of possession. ASSUMED: a refused proof leaves the entry, its code and its ETag as they were; an
 * accepted one uses the code up.
 */
export function verifyCertificate(context: CertificatesContext, name: string): ServiceResponse {
  assertActive(context);
  const entry = existing(context, name);
  assertEtag(context, entry);
  const body = context.request.body as { certificate?: unknown } | undefined;
  const proof = readCertificate(context, body?.certificate);
  const fault =
    entry.verificationCode === undefined
      ? 'No verification code has been generated for this certificate since it was uploaded or verified.'
      : faultOfProof(proof, entry.certificate, entry.verificationCode, context.now);
  if (fault !== undefined) throw context.refusal(400_053, `Proof-Of-Possession failed. ${fault}`);
  const verified = { ...entry, isVerified: true, verificationCode: undefined, updated: context.now };
  return { status: 200, body: toCertificateResource(context.service.certificates.put(verified), context.serviceId) };
}

/** Clients send the properties flat or wrapped in `properties`; their api-version does not tell which. */
function uploadOf(
  context: CertificatesContext,
  body: unknown,
): { certificate: X509Certificate; content: string; isVerified: boolean } {
  const wrapped = z.object({ properties: uploadSchema }).safeParse(body);
  const parsed = wrapped.success
    ? ({ success: true, data: wrapped.data.properties } as const)
    : uploadSchema.safeParse(body);
  if (!parsed.success) {
    throw context.refusal(400_001, 'The body must be {"certificate", "isVerified"?}, bare or inside "properties".');
  }
  const { certificate: content, isVerified } = parsed.data;
  return {
    certificate: readCertificate(context, content),
    content: String(content),
    isVerified: isVerified ?? false,
  };
}

function readCertificate({ refusal }: CertificatesContext, content: unknown): X509Certificate {
  const certificate = readUploadedCertificate(content);
  if (certificate === 'bundle') {
    throw refusal(400_002, 'The content holds more than one certificate: upload exactly one.');
  }
  // The service itself fails here, at every attempt, rather than refusing the content with a 400.
  if (certificate === 'malformed') throw refusal(500_019, 'An error occurred while the request was processed.');
  return certificate;
}

function existing({ service, refusal }: CertificatesContext, name: string): CertificateEntry {
  const entry = service.certificates.get(name);
  if (!entry) throw refusal(404_001, `'${service.name}' has no certificate '${name}'.`);
  return entry;
}

function assertNotNamed({ service, refusal }: CertificatesContext, name: string): void {
  if (!service.behaviour.keepsNamedCertificates) return;
  for (const store of Object.values(service.enrollments)) {
    for (const { id, content } of store.values()) {
      if (!namesEntry(content, name)) continue;
      throw refusal(409_002, `The certificate '${name}' cannot be deleted: the enrollment '${id}' names it.`);
    }
  }
}

/** The service does not tell a missing If-Match from a stale one. ASSUMED: `*` is stale, too. */
function assertEtag({ request, refusal }: CertificatesContext, entry: CertificateEntry): void {
  if (request.headers['if-match'] !== entry.etag) throw refusal(412_001, 'Invalid ETag supplied.');
}

/** ASSUMED: that a DPS which is not active refuses changes, with a 409, and answers what only reads. */
function assertActive({ service, refusal }: CertificatesContext): void {
  if (service.state !== 'Active') {
    throw refusal(
      409_001,
      `'${service.name}' is in the state ${service.state}: it takes no changes until it is Active.`,
    );
  }
}
