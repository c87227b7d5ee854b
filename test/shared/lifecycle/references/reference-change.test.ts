import { describe, expect, it } from 'vitest';
import { changeRecord, type ReferenceChange } from '../../../../shared/lifecycle/reference-change.ts';

const NUMBER = { source: '1.0000000000000000001' };
const FOREIGN = { info: { sha1Thumbprint: 'F'.repeat(40) }, extra: NUMBER };
const RECORD = {
  zeta: NUMBER,
  attestation: {
    x509: {
      unknown: [NUMBER],
      caReferences: { secondary: 'b', primary: 'a', tertiary: NUMBER },
      signingCertificates: { primary: FOREIGN, secondary: null },
      clientCertificates: null,
    },
    type: 'x509',
  },
  customAllocationDefinition: { webhookUrl: 'https://app.example/api?****', apiVersion: '2021-10-01' },
  alpha: null,
};

const change = (given: Partial<ReferenceChange>): ReferenceChange => ({
  field: 'caReferences',
  primary: { kind: 'entry', name: 'n' },
  secondary: { kind: 'kept', from: 'primary' },
  webhookUrl: undefined,
  ...given,
});

/** Key order counts. */
const text = (value: unknown) => JSON.stringify(value);

describe('changeRecord', () => {
  it('writes the pair in its place and order, and nothing else', () => {
    const wanted = text(RECORD).replace('{"secondary":"b","primary":"a"', '{"secondary":"a","primary":"n"');
    expect(text(changeRecord(RECORD, change({})))).toBe(wanted);
  });

  it('hands on the very values that it does not change', () => {
    const changed = changeRecord(RECORD, change({})) as typeof RECORD;
    expect(changed.zeta).toBe(NUMBER);
    expect(changed.customAllocationDefinition).toBe(RECORD.customAllocationDefinition);
    expect(changed.attestation.x509.unknown).toBe(RECORD.attestation.x509.unknown);
    expect(changed.attestation.x509.signingCertificates).toBe(RECORD.attestation.x509.signingCertificates);
    expect(changed.attestation.x509.caReferences.tertiary).toBe(NUMBER);
  });

  it('leaves the record that it was given as it was', () => {
    const before = structuredClone(RECORD);
    changeRecord(RECORD, change({ webhookUrl: 'https://app.example/api?code=k' }));
    expect(RECORD).toEqual(before);
  });

  it('embeds a certificate as PEM and keeps a stranger, value for value', () => {
    const der = new Uint8Array([0x30, 0x00]);
    const changed = changeRecord(
      RECORD,
      change({
        field: 'signingCertificates',
        secondary: { kind: 'certificate', thumbprint: 'A', der },
        primary: { kind: 'kept', from: 'primary' },
      }),
    ) as typeof RECORD;
    expect(changed.attestation.x509.signingCertificates).toEqual({
      primary: FOREIGN,
      secondary: { certificate: '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n' },
    });
    expect(changed.attestation.x509.signingCertificates.primary).toBe(FOREIGN);
  });

  const only = (pair: object) => ({ attestation: { x509: { caReferences: pair } } });
  it.each([
    ['null where it was named', { primary: 'a', secondary: 'b' }, { primary: 'n', secondary: null }],
    ['null where it was null', { primary: 'a', secondary: null }, { primary: 'n', secondary: null }],
    ['absent where it was absent', { primary: 'a' }, { primary: 'n' }],
  ])('leaves a cleared secondary %s', (_, before, after) => {
    const changed = changeRecord(only(before), change({ secondary: { kind: 'empty' } }));
    expect(text(changed)).toBe(text(only(after)));
  });

  it('adds a place that was absent', () => {
    const changed = changeRecord(only({ primary: 'a' }), change({}));
    expect(text(changed)).toBe(text(only({ primary: 'n', secondary: 'a' })));
  });

  it('replaces a masked webhook URL, and nothing else of its definition', () => {
    const webhookUrl = 'https://app.example/api?code=k';
    const changed = changeRecord(RECORD, change({ webhookUrl }));
    expect(text(changed.customAllocationDefinition)).toBe(text({ webhookUrl, apiVersion: '2021-10-01' }));
  });

  it('keeps a member with a name that objects know', () => {
    const record = JSON.parse('{"__proto__":{"x":1},"attestation":{"x509":{"caReferences":{"primary":"a"}}}}');
    expect(text(changeRecord(record, change({})))).toContain('{"__proto__":{"x":1},');
  });

  it.each([{}, { attestation: null }, { attestation: { x509: { caReferences: null } } }])(
    'does not change %j: the change was decided on another record',
    (record) => {
      expect(() => changeRecord(record, change({}))).toThrow('its record holds no attestation.x509.caReferences');
    },
  );
});
