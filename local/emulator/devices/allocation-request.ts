import type { Behaviour } from '../behaviour.ts';
import { certificateInfo } from '../enrollments/certificate-info.ts';
import type { JsonObject } from '../lossless-json.ts';
import type { Assignment } from './assignment.ts';
import type { Credential } from './attested.ts';

/**
 * The body of a call of the webhook (AllocationRequest). Seen of it is all but what it says of a device's certificate:
 * see `Behaviour.deviceCertificateShape`.
 * ASSUMED: those shapes; that the signing certificate is the one which the enrollment trusts, however far it is above
 * the device's own.
 */
export function allocationRequest(assignment: Assignment): JsonObject {
  const { service, enrollment, record, registrationId, current, payload, linkedHubs, credential } = assignment;
  return {
    [enrollment.kind === 'group' ? 'enrollmentGroup' : 'individualEnrollment']: record,
    deviceRuntimeContext: {
      registrationId,
      ...(current && { currentIotHubHostName: current.hub, currentDeviceId: current.deviceId }),
      [credential.kind]: describe(credential, service.behaviour),
      ...(payload !== undefined && { payload }),
    },
    linkedHubs,
  };
}

function describe(credential: Credential, { deviceCertificateShape }: Behaviour): JsonObject {
  if (credential.kind === 'symmetricKey') return {};
  const { certificate, signer } = credential;
  switch (deviceCertificateShape) {
    case 'none':
      return {};
    case 'certificateInfo':
      return { certificateInfo: certificateInfo(certificate) };
    case 'certificate':
      return { certificate: certificate.toString() };
    case 'certificateBase64':
      return { certificate: certificate.raw.toString('base64') };
    case 'signingCertificateInfo':
      return {
        certificateInfo: certificateInfo(certificate),
        ...(signer && { signingCertificateInfo: certificateInfo(signer) }),
      };
  }
}
