import { parseAttestationMessage } from '../allocation/attestation-message.ts';
import type { LifecycleEvent } from '../events.ts';

/** What to say of evidence that could not be kept, as often as the queue allows. */
export function abandonedAttestation(message: unknown, now: Date): LifecycleEvent {
  const parsed = parseAttestationMessage(message, now);
  const { registrationId, enrollment } = 'attestation' in parsed ? parsed.attestation : {};
  return {
    event: 'attestation_lost',
    ...(registrationId !== undefined && { registrationId }),
    ...(enrollment !== undefined && { enrollment }),
    reason: 'attempts-exhausted',
    message:
      'What a device was seen with could not be kept, as often as the queue allows; ' +
      'its next registration brings it anew. The errors are in the log.',
  };
}
