import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { throwAwayPublicKey } from '../../../shared/randomness.ts';
import { publicKeyKind, samePublicKey, subjectKeyIdentifierOf } from '../../../shared/x509/public-key.ts';
import { testKey } from '../../support/ca-certificate.ts';
import { spkiOf } from '../../support/hand-certificate.ts';
import * as x509 from '../../support/peculiar.ts';
import { bytes, hex } from '../../support/tlv.ts';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

describe('publicKeyKind', () => {
  it.each([
    ['RSA 1024', rsa(1024), { kty: 'RSA', size: 1024 }],
    ['RSA 2046, as some recorded CAs have', rsa(2046), { kty: 'RSA', size: 2046 }],
    ['RSA 3072', rsa(3072), { kty: 'RSA', size: 3072 }],
    ['P-256', ec('P-256'), { kty: 'EC', curve: 'P-256' }],
    ['P-384', ec('P-384'), { kty: 'EC', curve: 'P-384' }],
    ['P-521', ec('P-521'), { kty: 'EC', curve: 'P-521' }],
    ['secp256k1, by its OID', ec('secp256k1'), { kty: 'EC', curve: '1.3.132.0.10' }],
  ])('names %s', (_, { publicKey }, kind) => {
    expect(publicKeyKind(spkiOf(publicKey))).toEqual(kind);
  });

  const explicit = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
  it.each([
    ['Ed25519', spkiOf(generateKeyPairSync('ed25519').publicKey), 'algorithm 1.3.101.112'],
    [
      'RSA-PSS',
      spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey),
      'algorithm 1.2.840.113549.1.1.10',
    ],
    ['explicit EC parameters', spkiOf(explicit.publicKey), 'without a named curve'],
    ['no key', bytes('3000'), 'Cannot read the public key algorithm'],
  ])('refuses %s', (_, spki, message) => {
    expect(() => publicKeyKind(spki)).toThrow(message);
  });
});

describe('samePublicKey', () => {
  it('is true for equal octets only', () => {
    const [a, b] = [ec('P-256'), ec('P-256')].map(({ publicKey }) => spkiOf(publicKey));
    expect(samePublicKey(a ?? bytes(''), Uint8Array.from(a ?? []))).toBe(true);
    expect(samePublicKey(a ?? bytes(''), b ?? bytes(''))).toBe(false);
  });
});

describe('subjectKeyIdentifierOf', () => {
  it.each(['RSA 2048', 'P-256', 'P-384'] as const)('is what another library computes for %s', async (kind) => {
    const key = testKey(kind);
    const extension = await x509.SubjectKeyIdentifierExtension.create(key.pair.publicKey);
    expect(hex(subjectKeyIdentifierOf(key.spki))).toBe(extension.keyId);
  });
});

describe('throwAwayPublicKey', () => {
  it('is another P-256 key each time', () => {
    const [a, b] = [throwAwayPublicKey(), throwAwayPublicKey()];
    expect(publicKeyKind(a)).toEqual({ kty: 'EC', curve: 'P-256' });
    expect(samePublicKey(a, b)).toBe(false);
  });
});
