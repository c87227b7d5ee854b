import type { Attestation } from '../ports.ts';
import type { AllocationRequest } from './allocation-request.ts';

/**
 * The longest certificate (DER, in octets) that is passed on. In base64, with names and thumbprints beside it, it has
 * room in a queue message (48 KiB: 64 KiB in base64), and is more than any device's certificate.
 */
export const LONGEST_CERTIFICATE = 24 * 1024;

/** What a request tells of the device's certificate, as evidence; of other kinds of attestation, that it registered. */
export function attestationOf({ enrollment, registrationId, certificate }: AllocationRequest, at: Date): Attestation {
  const { der, issuerName, issuerThumbprints = [], thumbprints = [] } = certificate ?? {};
  return {
    kind: enrollment.kind,
    enrollment: enrollment.id,
    registrationId,
    at,
    certificate: der !== undefined && der.length <= LONGEST_CERTIFICATE ? der : undefined,
    issuerName,
    issuerThumbprints,
    thumbprints,
  };
}
