import type { KeyVaultCertificate } from '@azure/keyvault-certificates';
import { describe, expect, it } from 'vitest';
import { thumbprintOf, toContent, toCurrent, toPolicy, toVersion } from '../../../shared/azure/key-vault-convert.ts';
import { newRequest } from '../../support/contract-builders.ts';

const CREATED = new Date('2030-06-15T12:00:00Z');
const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
const THUMBPRINT = Uint8Array.from({ length: 20 }, (_, index) => index * 13);
const HEX = '000D1A2734414E5B6875828F9CA9B6C3D0DDEAF7';
const KEY_ID = 'https://kv.example/keys/ca/v1';

const properties = { name: 'ca', version: 'v1', createdOn: CREATED, enabled: true, x509Thumbprint: THUMBPRINT };
const certificate: KeyVaultCertificate = { name: 'ca', cer: DER, keyId: KEY_ID, properties };

describe('thumbprintOf', () => {
  it('is upper-case hex, leading zero included', () => {
    expect(thumbprintOf(properties)).toBe(HEX);
  });

  it('is undefined while the first version is pending', () => {
    expect(thumbprintOf({ name: 'ca' })).toBeUndefined();
  });
});

describe('toVersion', () => {
  it.each([
    [{}, true],
    [{ enabled: false }, false],
  ])('with %j', (given, enabled) => {
    const version = { version: 'v1', createdOn: CREATED, enabled, thumbprint: HEX };
    expect(toVersion({ ...properties, ...given })).toStrictEqual(version);
  });

  it.each([
    { name: 'ca', id: 'https://kv.example/certificates/ca/v1', version: 'v1' },
    { name: 'ca', id: 'https://kv.example/certificates/ca/v1', createdOn: CREATED },
  ])('refuses a version without what identifies it: %j', (incomplete) => {
    expect(() => toVersion(incomplete)).toThrow("'https://kv.example/certificates/ca/v1' came back without");
  });
});

describe('toContent', () => {
  it('takes bytes, key, tags, and whether it is enabled; no tags are an empty record', () => {
    const content = { version: 'v1', enabled: true, createdOn: CREATED, der: DER, keyId: KEY_ID };
    expect(toContent(certificate)).toStrictEqual({ ...content, tags: {} });
    const disabled = { ...certificate, properties: { ...properties, enabled: false } };
    expect(toContent(disabled)).toStrictEqual({ ...content, enabled: false, tags: {} });
    const tagged = { ...certificate, properties: { ...properties, tags: { dps: '*' } } };
    expect(toContent(tagged)).toStrictEqual({ ...content, tags: { dps: '*' } });
  });

  it.each([
    { name: 'ca', keyId: KEY_ID, properties },
    { name: 'ca', cer: DER, properties },
    { name: 'ca', cer: DER, keyId: KEY_ID, properties: { name: 'ca' } },
  ])('refuses one that lacks a part of it: %j', (incomplete) => {
    expect(() => toContent(incomplete)).toThrow("'ca' came back without certificate, key, version or creation time");
  });
});

describe('toCurrent', () => {
  const policy = {
    subject: 'CN=A',
    issuerName: 'Unknown',
    keyType: 'EC-HSM',
    reuseKey: true,
    exportable: false,
  } as const;
  const keyPolicy = { keyType: 'EC-HSM', reuseKey: true, exportable: false };

  it('has the content of the current version', () => {
    expect(toCurrent({ ...certificate, policy })).toStrictEqual({ content: toContent(certificate), keyPolicy });
  });

  it('has none while the first version is pending, but the policy', () => {
    expect(toCurrent({ name: 'ca', properties, policy })).toStrictEqual({ content: undefined, keyPolicy });
  });
});

describe('toPolicy', () => {
  const policy = {
    issuerName: 'Unknown',
    subject: 'CN=Contoso Plant A CA,O=Contoso',
    exportable: false,
    keyUsage: ['keyCertSign', 'cRLSign'],
    validityInMonths: 12,
    lifetimeActions: [{ action: 'EmailContacts', lifetimePercentage: 80 }],
  };

  it.each([
    [
      { keyType: 'EC', curve: 'P-384', reuseKey: true },
      { keyType: 'EC', keyCurveName: 'P-384', reuseKey: true },
    ],
    [
      { keyType: 'RSA-HSM', size: 3072, reuseKey: false },
      { keyType: 'RSA-HSM', keySize: 3072, reuseKey: false },
    ],
  ])('asks for %j, not exportable and never renewed by Key Vault itself', (key, expected) => {
    expect(toPolicy(newRequest({ key }), 'Unknown')).toStrictEqual({ ...policy, ...expected });
  });
});
