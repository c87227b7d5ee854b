import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../shared/json.ts';
import { readReferences, type Slot } from '../../../../shared/lifecycle/reference-slots.ts';

const EMPTY: Slot = { kind: 'empty' };
const UNREADABLE: Slot = { kind: 'unreadable' };
const entryNamed = (name: string): Slot => ({ kind: 'entry', name });
const THUMBPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';
const INFO = { info: { subjectName: 'CN=x', sha1Thumbprint: THUMBPRINT.toLowerCase() } };
const EMBEDDED: Slot = { kind: 'certificate', thumbprint: THUMBPRINT, subjectName: 'CN=x' };
const x509 = (fields: JsonObject) => ({ attestation: { type: 'x509', x509: fields } });
const signing = (primary: unknown) => x509({ signingCertificates: { primary } });

describe('readReferences', () => {
  it.each<[string, JsonObject]>([
    ['no attestation', {}],
    ['attestation null', { attestation: null }],
    ['a list for an attestation', { attestation: [] }],
    ['a symmetric key', { attestation: { type: 'symmetricKey', symmetricKey: {} } }],
    ['a TPM', { attestation: { type: 'tpm', tpm: { endorsementKey: 'k' } } }],
    ['none', { attestation: { type: 'none' } }],
    [
      'X.509 of a record that says it is a symmetric key',
      { attestation: { ...signing(INFO).attestation, type: 'tpm' } },
    ],
    ['x509 null', { attestation: { type: 'x509', x509: null } }],
    ['x509 without fields', x509({})],
    ['fields null', x509({ caReferences: null, signingCertificates: null, clientCertificates: null })],
    ['both places null or absent', x509({ caReferences: { primary: null, secondary: null }, signingCertificates: {} })],
    ['an empty name', x509({ caReferences: { primary: '', secondary: null } })],
  ])('finds no reference in %s', (_, record) => {
    expect(readReferences(record)).toBeUndefined();
  });

  it.each<[string, JsonObject, string, Slot, Slot]>([
    [
      'names',
      x509({ caReferences: { primary: 'a', secondary: 'b' } }),
      'caReferences',
      entryNamed('a'),
      entryNamed('b'),
    ],
    ['only a secondary', x509({ caReferences: { secondary: 'b' } }), 'caReferences', EMPTY, entryNamed('b')],
    ['a number for a name', x509({ caReferences: { primary: 7 } }), 'caReferences', UNREADABLE, EMPTY],
    ['facts, in lower case', signing(INFO), 'signingCertificates', EMBEDDED, EMPTY],
    [
      'client certificates',
      x509({ clientCertificates: { primary: null, secondary: INFO } }),
      'clientCertificates',
      EMPTY,
      EMBEDDED,
    ],
    [
      'empty names beside a certificate',
      x509({
        caReferences: { primary: null, secondary: null },
        signingCertificates: { primary: INFO, secondary: null },
      }),
      'signingCertificates',
      EMBEDDED,
      EMPTY,
    ],
    [
      'names beside a certificate',
      x509({ signingCertificates: { primary: INFO }, caReferences: { primary: 'a' } }),
      'caReferences',
      entryNamed('a'),
      EMPTY,
    ],
    ['no type', { attestation: { x509: { caReferences: { primary: 'a' } } } }, 'caReferences', entryNamed('a'), EMPTY],
    ['a certificate without facts', signing({ certificate: 'PEM' }), 'signingCertificates', UNREADABLE, EMPTY],
    ['an empty object', signing({}), 'signingCertificates', UNREADABLE, EMPTY],
    ['a text', signing('PEM'), 'signingCertificates', UNREADABLE, EMPTY],
    ['a short thumbprint', signing({ info: { sha1Thumbprint: 'AB' } }), 'signingCertificates', UNREADABLE, EMPTY],
    [
      'no subject',
      signing({ info: { sha1Thumbprint: THUMBPRINT } }),
      'signingCertificates',
      { kind: 'certificate', thumbprint: THUMBPRINT, subjectName: undefined },
      EMPTY,
    ],
  ])('reads %s', (_, record, field, primary, secondary) => {
    expect(readReferences(record)).toEqual({ field, primary, secondary });
  });
});
