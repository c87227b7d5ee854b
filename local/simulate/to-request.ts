import { type ParsedRequest, parseAllocationRequest } from '../../shared/allocation/allocation-request.ts';
import type { Registration } from './registrations.ts';

/** The enrollment of a device whose own is not told. */
export const UNKNOWN_ENROLLMENT = 'unknown';

/**
 * What DPS would ask of the webhook if this device registered now: through the webhook's own parser, so that nothing is
 * simulated that would not be accepted. Faults are in the words of the registrations file.
 */
export function toRequest(registration: Registration, linkedHubs: readonly string[]): ParsedRequest {
  const { registrationId, currentHub, enrollment, payload, issuer, issuerThumbprint } = registration;
  const parsed = parseAllocationRequest({
    enrollmentGroup: { enrollmentGroupId: enrollment ?? UNKNOWN_ENROLLMENT },
    deviceRuntimeContext: {
      registrationId,
      currentIotHubHostName: currentHub,
      payload,
      x509: {
        certificateInfo: { issuerName: issuer },
        signingCertificateInfo: { sha1Thumbprint: issuerThumbprint },
      },
    },
    linkedHubs,
  });
  return 'request' in parsed ? parsed : { faults: parsed.faults.map(inWordsOfFile) };
}

function inWordsOfFile(fault: string): string {
  return fault
    .replace(/^deviceRuntimeContext\.currentIotHubHostName/, 'currentHub')
    .replace(/^deviceRuntimeContext\./, '')
    .replace(/^enrollmentGroup\.enrollmentGroupId/, 'enrollment');
}
