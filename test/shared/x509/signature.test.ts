import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { encode } from '../../../shared/x509/der.ts';
import {
  algorithmIdentifier,
  p1363ToDer,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithmFor,
  verifiesSignature,
} from '../../../shared/x509/signature.ts';
import { testKey } from '../../support/ca-certificate.ts';
import { handCertificate, signWith, spkiOf } from '../../support/hand-certificate.ts';
import { ATTRIBUTE, attribute, bytes, hex, nameDer, utf8 } from '../../support/tlv.ts';

const keys = { rsa: testKey('RSA 2048'), 'P-256': testKey('P-256'), 'P-384': testKey('P-384') };
const certificateOf = (spki: Uint8Array) => readCertificate(handCertificate({ spki }));

describe('p1363ToDer', () => {
  const golden: readonly [string, string, string][] = [
    ['two small numbers', '01 02', '3006 020101 020102'],
    ['a high bit, which would be negative', '80 7f', '3007 02020080 02017f'],
    ['leading zeros, which are not minimal', '0000007f 00000080', '3007 02017f 02020080'],
    ['zero, which keeps one octet', '0000 0001', '3006 020100 020101'],
    [
      '32 octets each',
      `ff${'00'.repeat(31)} ${'7f'.repeat(32)}`,
      `3045 022100ff${'00'.repeat(31)} 0220${'7f'.repeat(32)}`,
    ],
    [
      '66 octets each, with a long form length',
      `${'7f'.repeat(66)} ${'7f'.repeat(66)}`,
      `308188 0242${'7f'.repeat(66)} 0242${'7f'.repeat(66)}`,
    ],
  ];
  it.each(golden)('encodes %s', (_, raw, der) => {
    expect(hex(p1363ToDer(bytes(raw)))).toBe(der.replaceAll(' ', ''));
  });

  it.each([0, 1, 63])('refuses %i octets', (length) => {
    expect(() => p1363ToDer(new Uint8Array(length))).toThrow(`signature of ${length} octets`);
  });

  it.each(['P-256', 'P-384'] as const)('makes what node verifies as DER of every raw %s signature', (curve) => {
    const { privateKey, publicKey } = keys[curve];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (message) => {
        const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'der' }, p1363ToDer(raw))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('algorithmIdentifier', () => {
  // RFC 4055 section 5: NULL parameters; RFC 5758 section 3.2: none.
  it.each([
    ['RS256', '300d 0609 2a864886f70d01010b 0500'],
    ['RS384', '300d 0609 2a864886f70d01010c 0500'],
    ['RS512', '300d 0609 2a864886f70d01010d 0500'],
    ['ES256', '300a 0608 2a8648ce3d040302'],
    ['ES384', '300a 0608 2a8648ce3d040303'],
  ] as const)('encodes %s', (algorithm, der) => {
    expect(hex(encode(algorithmIdentifier(algorithm)))).toBe(der.replaceAll(' ', ''));
  });
});

describe('signatureAlgorithmFor', () => {
  const rsa = certificateOf(keys.rsa.spki);
  const signedWith = (signatureAlgorithm: string) => ({ ...rsa, signatureAlgorithm });

  it.each([
    ['1.2.840.113549.1.1.11', 'RS256'],
    ['1.2.840.113549.1.1.12', 'RS384'],
    ['1.2.840.113549.1.1.13', 'RS512'],
    ['1.2.840.113549.1.1.5', 'RS256'],
    ['1.2.840.113549.1.1.10', 'RS256'],
    ['1.2.840.10045.4.3.3', 'RS256'],
  ])('follows a predecessor signed with %s by signing %s with an RSA key', (oid, expected) => {
    expect(signatureAlgorithmFor(rsa, signedWith(oid))).toBe(expected);
  });

  it('takes RS256 for an RSA key without predecessor', () => {
    expect(signatureAlgorithmFor(signedWith('1.2.840.113549.1.1.13'))).toBe('RS256');
  });

  it.each([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
  ] as const)('goes by the curve for %s, whatever the predecessor was', (curve, expected) => {
    expect(signatureAlgorithmFor(certificateOf(keys[curve].spki), signedWith('1.2.840.113549.1.1.13'))).toBe(expected);
  });

  it.each([
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'curve P-521: use P-256 or P-384'],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'curve 1.3.132.0.10'],
    ['Ed25519', generateKeyPairSync('ed25519'), 'algorithm 1.3.101.112'],
  ])('refuses a %s key and names it', (_, { publicKey }, message) => {
    expect(() => signatureAlgorithmFor(certificateOf(spkiOf(publicKey)))).toThrow(message);
  });
});

describe('verifiesSignature', () => {
  const { spki, privateKey } = keys['P-256'];
  const other = testKey('P-256');
  const root = readCertificate(handCertificate({ spki, sign: signWith('sha256', privateKey) }));
  const elsewhere = nameDer([attribute(ATTRIBUTE.CN, 0x0c, utf8('Elsewhere'))]);
  const sameText = nameDer([attribute(ATTRIBUTE.CN, 0x13, utf8('By hand'))]);

  it('is true for the key and name that issued it', () => {
    expect(verifiesSignature(root, root)).toBe(true);
  });

  it.each([
    ['another key under the same name', { ...root, spki: other.spki }],
    ['the same key under another name', { ...root, subject: elsewhere }],
    ['the same name in another string type', { ...root, subject: sameText }],
    ['a key of another kind', { ...root, spki: keys.rsa.spki }],
    ['a key that is none', { ...root, spki: bytes('3000') }],
  ])('is false for %s', (_, issuer) => {
    expect(verifiesSignature(root, issuer)).toBe(false);
  });

  it('is false for a certificate that was changed after signing', () => {
    const der = Uint8Array.from(root.der);
    der[der.indexOf(0x17) + 3] = 0x33;
    expect(verifiesSignature(readCertificate(der), root)).toBe(false);
  });
});

describe('the local signer of the tests', () => {
  it.each([
    ['RS256', keys.rsa],
    ['RS384', keys.rsa],
    ['RS512', keys.rsa],
    ['ES256', keys['P-256']],
    ['ES384', keys['P-384']],
  ] as const)('signs %s as Key Vault does, given the digest', async (algorithm, key) => {
    const { hash } = SIGNATURE_ALGORITHMS[algorithm];
    for (const message of ['', 'a', 'b', 'c', 'd']) {
      const signature = await key.sign(algorithm, createHash(hash).update(message).digest());
      const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify(hash, Buffer.from(message), options, signature)).toBe(true);
    }
    expect((await key.sign(algorithm, createHash(hash).digest())).length).toBe(
      { rsa: 256, ec: algorithm === 'ES256' ? 64 : 96 }[key.publicKey.asymmetricKeyType as 'rsa' | 'ec'],
    );
  });

  it('refuses a digest of another length, and an algorithm that is not the key’s', async () => {
    await expect(keys.rsa.sign('RS256', new Uint8Array(48))).rejects.toThrow('expected 32');
    await expect(keys.rsa.sign('ES256', new Uint8Array(32))).rejects.toThrow('the key is rsa');
    await expect(keys['P-256'].sign('ES384', new Uint8Array(48))).rejects.toThrow('the key is ec prime256v1');
    await expect(keys['P-256'].sign('RS256', new Uint8Array(32))).rejects.toThrow('the key is ec prime256v1');
  });
});
