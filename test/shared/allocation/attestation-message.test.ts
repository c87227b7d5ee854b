import { describe, expect, it } from 'vitest';
import { attestationMessage, parseAttestationMessage } from '../../../shared/allocation/attestation-message.ts';
import { attestationOf, LONGEST_CERTIFICATE } from '../../../shared/allocation/attestation-of.ts';
import { request } from '../../support/allocation-builders.ts';

const NOW = new Date('2026-11-22T12:00:00.123Z');
const THUMBPRINTS = ['A0'.repeat(20), 'B1'.repeat(32)];
const CERTIFICATE = {
  der: Uint8Array.from({ length: 500 }, (_, index) => index % 256),
  issuerName: 'CN=Línea\n1',
  issuerThumbprints: THUMBPRINTS,
  thumbprints: THUMBPRINTS,
};
/** What comes out at the other end of the queue. */
const sent = (message: unknown) => JSON.parse(JSON.stringify(message)) as unknown;
const GOOD = {
  kind: 'group',
  enrollment: 'plant-a',
  registrationId: 'device-001',
  at: NOW.toISOString(),
  issuerThumbprints: [],
  thumbprints: [],
};

describe('an attestation', () => {
  it.each([
    ['of a certificate', CERTIFICATE],
    ['of what else may be told', { ...CERTIFICATE, der: undefined, thumbprints: [] }],
    ['of nothing', { der: undefined, issuerName: undefined, issuerThumbprints: [], thumbprints: [] }],
    ['of a symmetric key', undefined],
  ])('crosses the queue as it was: %s', (_, certificate) => {
    const attestation = attestationOf(request({ certificate }), NOW);
    expect(parseAttestationMessage(sent(attestationMessage(attestation)), NOW)).toStrictEqual({ attestation });
  });

  it('holds what DPS told, and when', () => {
    const device = request({
      enrollment: { kind: 'individual', id: 'd1', keepsHub: true },
      registrationId: 'D1',
      certificate: CERTIFICATE,
    });
    const { der: certificate, ...rest } = CERTIFICATE;
    expect(attestationOf(device, NOW)).toStrictEqual({
      kind: 'individual',
      enrollment: 'd1',
      registrationId: 'D1',
      at: NOW,
      certificate,
      ...rest,
    });
  });

  it('fits into a queue message at its largest, 48 KiB before base64', () => {
    const id = 'x'.repeat(128);
    const der = new Uint8Array(LONGEST_CERTIFICATE).fill(255);
    const certificate = { ...CERTIFICATE, der, issuerName: '\u0001'.repeat(1024) };
    const device = request({ enrollment: { kind: 'group', id, keepsHub: false }, registrationId: id, certificate });
    const attestation = attestationOf(device, NOW);
    expect(attestation.certificate).toHaveLength(LONGEST_CERTIFICATE);
    const message = attestationMessage(attestation);
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(48 * 1024);
    expect(parseAttestationMessage(sent(message), NOW)).toStrictEqual({ attestation });
  });

  it('does without a certificate that is too large for a device', () => {
    const der = new Uint8Array(LONGEST_CERTIFICATE + 1);
    const attestation = attestationOf(request({ certificate: { ...CERTIFICATE, der } }), NOW);
    expect(attestation).toMatchObject({ certificate: undefined, thumbprints: THUMBPRINTS });
  });
});

describe('parseAttestationMessage', () => {
  it.each([
    ['an unknown member', { ...GOOD, more: 1 }],
    ['a clock that is five minutes ahead', { ...GOOD, at: '2026-11-22T12:05:00.123Z' }],
    ['a time without fractions', { ...GOOD, at: '2026-11-22T12:00:00Z' }],
  ])('takes %s', (_, message) => {
    expect(parseAttestationMessage(message, NOW)).toHaveProperty('attestation');
  });

  it.each([
    ['no object', [GOOD], ['the message must be an object']],
    ['text', JSON.stringify(GOOD), ['the message must be an object']],
    ['a kind that is none', { ...GOOD, kind: 'toString' }, ["kind must be 'group' or 'individual'"]],
    ['an id that is a path', { ...GOOD, enrollment: '../x' }, ['enrollment must be the id of an enrollment']],
    ['an id that is a number', { ...GOOD, registrationId: 7 }, ['registrationId must be a registration id']],
    ['no time', { ...GOOD, at: undefined }, ['at must be a time in ISO 8601, UTC']],
    ['a day that is none', { ...GOOD, at: '2026-13-41T12:00:00Z' }, ['at must be a time past']],
    ['a time to come', { ...GOOD, at: '2026-11-22T12:05:00.124Z' }, ['at must be a time past']],
    [
      'a certificate that is no base64',
      { ...GOOD, certificate: '-----BEGIN' },
      ['certificate must be base64 of at most 24576 octets'],
    ],
    [
      'a certificate beyond measure',
      { ...GOOD, certificate: 'A'.repeat(32_772) },
      ['certificate must be base64 of at most 24576 octets'],
    ],
    [
      'a name beyond measure',
      { ...GOOD, issuerName: 'x'.repeat(1025) },
      ['issuerName must be a text of at most 1024 characters'],
    ],
    [
      'too many thumbprints',
      { ...GOOD, thumbprints: [...THUMBPRINTS, ...THUMBPRINTS] },
      ['thumbprints must be a list of thumbprints'],
    ],
    [
      'a thumbprint that is none',
      { ...GOOD, issuerThumbprints: ['a0'.repeat(20)] },
      ['issuerThumbprints must be a list of thumbprints'],
    ],
  ])('refuses %s', (_, message, faults) => {
    expect(parseAttestationMessage(message, NOW)).toEqual({ faults });
  });

  it('says all that is wrong at once, and takes nothing from the prototype', () => {
    const { faults } = { faults: [], ...parseAttestationMessage(Object.create(GOOD), NOW) };
    expect(faults).toHaveLength(6);
  });
});
