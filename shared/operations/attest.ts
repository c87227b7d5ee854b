import { parseAttestationMessage } from '../allocation/attestation-message.ts';
import type { Attestations, Ports } from '../ports.ts';

/**
 * Keeps the evidence that a message of the queue `attestations` carries. A message that is not one of the webhook's
 * would fail at every attempt, so it is said aloud and done with. Throws what the port throws: the queue delivers again.
 */
export async function attest(
  { attestations, now, emit }: Pick<Ports, 'now' | 'emit'> & { readonly attestations: Attestations },
  message: unknown,
): Promise<void> {
  const parsed = parseAttestationMessage(message, now());
  if ('attestation' in parsed) return attestations.record(parsed.attestation);
  const text = `Cannot keep a message of the queue 'attestations', nobody but the webhook should write to it: `;
  emit({ event: 'attestation_lost', reason: 'malformed-message', message: text + parsed.faults.join('; ') });
}
