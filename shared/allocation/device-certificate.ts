import { X509Certificate } from 'node:crypto';
import { asObject } from '../json.ts';

/** Longer than any name of a CA that can be issued under; bounds what globs are matched against. */
const LONGEST_NAME = 1024;

/** What DPS told of the certificate that a device attested with. Each part may be missing. */
export interface DeviceCertificate {
  /** Name of the issuing CA as RFC 4514 has it, the last RDN first: `CN=plant-a-ca,O=Contoso`. */
  readonly issuerName: string | undefined;
  /** Of the issuing CA's certificate: SHA-1 (40) and SHA-256 (64), upper-case hex. */
  readonly issuerThumbprints: readonly string[];
  /** Of the device's own certificate, likewise. */
  readonly thumbprints: readonly string[];
  /** The device's own certificate, DER. */
  readonly der: Uint8Array | undefined;
}

/**
 * Reads `deviceRuntimeContext.x509`. What DPS sends there is not documented, so everything that is known of its
 * neighbours is tried: the registration result (`certificateInfo`, `signingCertificateInfo`), the attestation of an
 * enrollment (`clientCertificates.primary`, `signingCertificates.primary`), a certificate as PEM or base64 of the DER.
 * What cannot be read counts as not told: an unknown shape must not keep a device from enrolling.
 */
export function readDeviceCertificate(x509: unknown): DeviceCertificate {
  const parts = asObject(x509) ?? {};
  const own = asObject(asObject(parts.clientCertificates)?.primary) ?? {};
  const issuing = asObject(asObject(parts.signingCertificates)?.primary) ?? {};
  const info = asObject(parts.certificateInfo) ?? asObject(own.info) ?? {};
  const issuingInfo = asObject(parts.signingCertificateInfo) ?? asObject(issuing.info) ?? {};
  const certificate = firstCertificate([x509, parts.certificate, parts.clientCertificate, own.certificate]);
  return {
    issuerName:
      nameOf(info.issuerName) ?? nameOf(issuingInfo.subjectName) ?? nameOf(certificate && issuerOf(certificate)),
    issuerThumbprints: thumbprintsOf(issuingInfo),
    thumbprints: certificate
      ? [certificate.fingerprint, certificate.fingerprint256].map((each) => each.replaceAll(':', ''))
      : thumbprintsOf(info),
    der: certificate && new Uint8Array(certificate.raw),
  };
}

function firstCertificate(values: readonly unknown[]): X509Certificate | undefined {
  for (const value of values) {
    if (typeof value !== 'string' || value === '') continue;
    try {
      return new X509Certificate(value.includes('-----BEGIN') ? value : Buffer.from(value, 'base64'));
    } catch {
      // Not a certificate: another member may hold one.
    }
  }
  return undefined;
}

/** OpenSSL lists RDNs in the order of the DER, RFC 4514 from the last to the first. */
function issuerOf(certificate: X509Certificate): string {
  // Node types it as a string, and gives undefined for an empty name.
  const issuer: string | undefined = certificate.issuer;
  return (issuer ?? '').split('\n').reverse().join(',');
}

function thumbprintsOf(info: { readonly [name: string]: unknown }): readonly string[] {
  return [info.sha1Thumbprint, info.sha256Thumbprint].flatMap((value) =>
    typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value) ? value.toUpperCase() : [],
  );
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : undefined;
}
