import { commonName } from './common-name.ts';
import type { CertificateEntry } from './provisioning-services.ts';

/** .NET's `DateTime.MinValue`: the service never fills `created` in. */
const NEVER = 'Mon, 01 Jan 0001 00:00:00 GMT';

/**
 * An entry as `list`, `get`, `createOrUpdate` and `verify` answer it: dates in RFC 1123 form, the thumbprint SHA-1 in
 * upper-case hex, never the content.
 *
 * @param serviceId the resource id of the DPS
 */
export function toCertificateResource(entry: CertificateEntry, serviceId: string): object {
  return toResource(entry, serviceId, { ...describe(entry), certificate: null });
}

/** An entry as `generateVerificationCode` answers it: with the code, and with the content just as it was uploaded. */
export function toVerificationCodeResource(entry: CertificateEntry, serviceId: string): object {
  const properties = {
    verificationCode: entry.verificationCode,
    ...describe(entry),
    certificate: entry.content,
  };
  return toResource(entry, serviceId, properties);
}

function toResource(entry: CertificateEntry, serviceId: string, properties: object): object {
  return {
    properties,
    id: `${serviceId}/certificates/${entry.name}`,
    name: entry.name,
    type: 'Microsoft.Devices/provisioningServices/Certificates',
    etag: entry.etag,
  };
}

function describe(entry: CertificateEntry): object {
  return {
    subject: commonName(entry.certificate),
    expiry: entry.certificate.validToDate.toUTCString(),
    thumbprint: entry.certificate.fingerprint.replaceAll(':', ''),
    isVerified: entry.isVerified,
    created: NEVER,
    updated: entry.updated.toUTCString(),
  };
}
