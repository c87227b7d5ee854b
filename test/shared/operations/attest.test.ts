import { describe, expect, it } from 'vitest';
import { attestationMessage } from '../../../shared/allocation/attestation-message.ts';
import type { LifecycleEvent } from '../../../shared/events.ts';
import { abandonedAttestation } from '../../../shared/operations/abandon-attestation.ts';
import { attest } from '../../../shared/operations/attest.ts';
import type { Attestation, KeptAttestation } from '../../../shared/ports.ts';
import { attestationsInMemory } from '../../support/attestations-in-memory.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const ATTESTATION: Attestation = {
  kind: 'group',
  enrollment: 'line-1',
  registrationId: 'device-001',
  at: new Date('2026-11-22T11:00:00Z'),
  certificate: Uint8Array.of(1, 2, 3),
  issuerName: 'CN=x',
  issuerThumbprints: [],
  thumbprints: [],
};
const MESSAGE: unknown = JSON.parse(JSON.stringify(attestationMessage(ATTESTATION)));

function world() {
  const events: LifecycleEvent[] = [];
  const attestations = attestationsInMemory();
  const kept = async () => {
    const found: KeptAttestation[] = [];
    for await (const page of attestations.ofEnrollment('group', 'line-1')) found.push(...page);
    return found;
  };
  return { attestations, events, kept, now: () => NOW, emit: (event: LifecycleEvent) => void events.push(event) };
}

describe('attest', () => {
  it('keeps what a message carries, without a word', async () => {
    const given = world();
    await attest(given, MESSAGE);
    expect(await given.kept()).toEqual([{ ...ATTESTATION, firstSeen: ATTESTATION.at }]);
    expect(given.events).toEqual([]);
  });

  it.each([[null], ['text'], [[MESSAGE]], [{ ...(MESSAGE as object), at: '2027-01-01T00:00:00Z' }]])(
    'says aloud what is no message of the webhook, and is done with it: %j',
    async (message) => {
      const given = world();
      await attest(given, message);
      expect(await given.kept()).toEqual([]);
      expect(given.events).toEqual([
        {
          event: 'attestation_lost',
          reason: 'malformed-message',
          message: expect.stringContaining("Cannot keep a message of the queue 'attestations'"),
        },
      ]);
    },
  );

  it('fails where the table does, so that the message comes again', async () => {
    const record = () => Promise.reject(new Error('connection lost'));
    const given = world();
    const failing = attest({ ...given, attestations: { ...given.attestations, record } }, MESSAGE);
    await expect(failing).rejects.toThrow('connection lost');
    expect(given.events).toEqual([]);
  });
});

describe('abandonedAttestation', () => {
  it('names the device', () => {
    expect(abandonedAttestation(MESSAGE, NOW)).toEqual({
      event: 'attestation_lost',
      registrationId: 'device-001',
      enrollment: 'line-1',
      reason: 'attempts-exhausted',
      message: expect.stringContaining('its next registration brings it anew'),
    });
  });

  it.each([[undefined], ['text'], [{ registrationId: 'device-001' }]])('names nobody where %j does not', (message) => {
    const event = abandonedAttestation(message, NOW);
    expect(event).toMatchObject({ event: 'attestation_lost', reason: 'attempts-exhausted' });
    expect(event).not.toHaveProperty('registrationId');
  });
});
