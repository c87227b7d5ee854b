import { constants, createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { verifiesSignature } from '../../../shared/x509/signature.ts';
import { caCertificate, caExtensions, keyIdentifiers, testKey } from '../../support/ca-certificate.ts';
import {
  ALGORITHM,
  type HandCertificateInput,
  handCertificate,
  signWith,
  spkiOf,
} from '../../support/hand-certificate.ts';
import * as x509 from '../../support/peculiar.ts';
import { bytes, hex, latin1, tlv } from '../../support/tlv.ts';

const ecKey = testKey('P-256');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

const pssPadding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const generalized = (text: string) => tlv(0x18, latin1(text));
const utc = (text: string) => tlv(0x17, latin1(text));

describe('readCertificate', () => {
  it.each(['RSA 2048', 'P-256', 'P-384'] as const)('agrees with other readers on a %s CA', async (kind) => {
    const key = testKey(kind);
    const der = await caCertificate({ key, extensions: [...caExtensions(1), ...(await keyIdentifiers(key))] });
    const certificate = readCertificate(der);
    const node = new X509Certificate(der);
    const other = new x509.X509Certificate(Buffer.from(der));
    expect(certificate.der).toEqual(der);
    expect(certificate.thumbprint).toBe(node.fingerprint.replaceAll(':', ''));
    expect(certificate.thumbprint).toBe(createHash('sha1').update(der).digest('hex').toUpperCase());
    expect(certificate.serialNumber).toBe(other.serialNumber);
    expect(hex(certificate.subject)).toBe(hex(new Uint8Array(other.subjectName.toArrayBuffer())));
    expect(hex(certificate.issuer)).toBe(hex(new Uint8Array(other.issuerName.toArrayBuffer())));
    expect(certificate.notBefore).toEqual(other.notBefore);
    expect(certificate.notAfter).toEqual(other.notAfter);
    expect(certificate.spki).toEqual(key.spki);
    expect([certificate.isCa, certificate.pathLen, certificate.version]).toEqual([true, 1, 3]);
    expect(certificate.keyUsage).toEqual(['keyCertSign', 'cRLSign']);
    expect(certificate.extensions.map(({ oid, critical }) => [oid, critical])).toEqual(
      other.extensions.map(({ type, critical }) => [type, critical]),
    );
    expect(certificate.extensions.map(({ value }) => hex(value))).toEqual(
      other.extensions.map(({ value }) => hex(new Uint8Array(value))),
    );
    const ski = other.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    expect(hex(certificate.subjectKeyIdentifier ?? bytes(''))).toBe(ski);
    expect(hex(certificate.authorityKeyIdentifier ?? bytes(''))).toBe(ski);
  });

  const curves = ['P-256', 'P-384', 'P-521', 'secp256k1'].map(
    (namedCurve) => [namedCurve, generateKeyPairSync('ec', { namedCurve })] as const,
  );
  const signed: readonly [string, HandCertificateInput, string][] = [
    ...curves.map(([name, { privateKey, publicKey }]): [string, HandCertificateInput, string] => [
      `on curve ${name}`,
      { spki: spkiOf(publicKey), sign: signWith('sha256', privateKey) },
      '1.2.840.10045.4.3.2',
    ]),
    [
      'with an Ed25519 key',
      { spki: spkiOf(ed25519.publicKey), algorithm: ALGORITHM.ed25519, sign: signWith(null, ed25519.privateKey) },
      '1.3.101.112',
    ],
    [
      'with an RSA-PSS signature',
      {
        spki: spkiOf(rsa.publicKey),
        algorithm: ALGORITHM.pssWithSha256,
        sign: signWith('sha256', { key: rsa.privateKey, ...pssPadding }),
      },
      '1.2.840.113549.1.1.10',
    ],
    [
      'with an RSA-PSS key',
      {
        spki: spkiOf(pss.publicKey),
        algorithm: ALGORITHM.pssWithSha256,
        sign: signWith('sha256', { key: pss.privateKey, ...pssPadding }),
      },
      '1.2.840.113549.1.1.10',
    ],
    [
      'with an RSA SHA-256 signature',
      { spki: spkiOf(rsa.publicKey), algorithm: ALGORITHM.sha256WithRsa, sign: signWith('sha256', rsa.privateKey) },
      '1.2.840.113549.1.1.11',
    ],
  ];
  it.each(signed)('reads and verifies a certificate %s', (_, input, algorithm) => {
    const certificate = readCertificate(handCertificate(input));
    expect(certificate.spki).toEqual(input.spki);
    expect(certificate.signatureAlgorithm).toBe(algorithm);
    expect(verifiesSignature(certificate, certificate)).toBe(true);
  });

  const dates: readonly [string, Uint8Array, string][] = [
    ['the last UTCTime', utc('491231235959Z'), '2049-12-31T23:59:59.000Z'],
    ['the first UTCTime', utc('500101000000Z'), '1950-01-01T00:00:00.000Z'],
    ['the first GeneralizedTime', generalized('20500101000000Z'), '2050-01-01T00:00:00.000Z'],
    ['"no well-defined expiration date"', generalized('99991231235959Z'), '9999-12-31T23:59:59.000Z'],
    ['GeneralizedTime in the first century', generalized('00010101000000Z'), '0001-01-01T00:00:00.000Z'],
    ['UTCTime without seconds', utc('2401020304Z'), '2024-01-02T03:04:00.000Z'],
    ['UTCTime with an offset', utc('240102030405+0200'), '2024-01-02T01:04:05.000Z'],
    ['GeneralizedTime with a fraction', generalized('20240102030405.678Z'), '2024-01-02T03:04:05.000Z'],
  ];
  it.each(dates)('reads %s', (_, notAfter, expected) => {
    expect(readCertificate(handCertificate({ spki: ecKey.spki, notAfter })).notAfter.toISOString()).toBe(expected);
  });

  it.each(['240102030405', '241302030405Z', '240132030405Z', '240102250405Z', '2401020304', 'x', ''])(
    'refuses the time %j and shows it',
    (text) => {
      const der = handCertificate({ spki: ecKey.spki, notAfter: utc(text) });
      expect(() => readCertificate(der)).toThrow(`Cannot read notAfter: ${JSON.stringify(text)} is not a time`);
    },
  );

  it('reads version 1, which has no extensions, as no CA', () => {
    const certificate = readCertificate(handCertificate({ spki: ecKey.spki }));
    expect(certificate).toMatchObject({ version: 1, isCa: false, pathLen: undefined, keyUsage: [], extensions: [] });
  });

  it.each(['ff', '80', '00', '008000', '7f'.repeat(30)])('keeps the octets %s of a serial number', (serialNumber) => {
    const der = handCertificate({ spki: ecKey.spki, serialNumber: bytes(serialNumber) });
    expect(readCertificate(der).serialNumber).toBe(serialNumber);
  });

  /** Each is the DER of one Extension: basicConstraints is 551d13, keyUsage 551d0f, AKI 551d23. */
  const extensions: readonly [string, string, object][] = [
    ['basicConstraints {} is no CA', '3009 0603551d13 0402 3000', { isCa: false, pathLen: undefined }],
    ['cA FALSE written out is no CA', '300c 0603551d13 0405 3003010100', { isCa: false }],
    ['cA TRUE as 01, which BER allows', '300c 0603551d13 0405 3003010101', { isCa: true }],
    ['pathLen 0', '300f 0603551d13 0408 30060101ff020100', { isCa: true, pathLen: 0 }],
    ['pathLen 255', '3010 0603551d13 0409 30070101ff020200ff', { isCa: true, pathLen: 255 }],
    ['keyCertSign and cRLSign', '300b 0603551d0f 0404 03020106', { keyUsage: ['keyCertSign', 'cRLSign'] }],
    ['digitalSignature', '300b 0603551d0f 0404 03020780', { keyUsage: ['digitalSignature'] }],
    ['decipherOnly, the ninth bit', '300c 0603551d0f 0405 0303070080', { keyUsage: ['decipherOnly'] }],
    ['critical FALSE written out', '300e 0603551d0f 010100 0404 03020106', { extensions: [{ critical: false }] }],
    ['AKI of issuer and serial only', '300c 0603551d23 0405 3003 820101', { authorityKeyIdentifier: undefined }],
  ];
  it.each(extensions)('reads %s', (_, extension, expected) => {
    const der = handCertificate({ spki: ecKey.spki, extensions: [bytes(extension)] });
    expect(readCertificate(der)).toMatchObject(expected);
  });

  const keyUsage = bytes('300b 0603551d0f 0404 03020106');
  const broken: readonly [string, Uint8Array, RegExp][] = [
    ['nothing at all', bytes(''), /Cannot read 0 octets as an X.509 certificate/],
    [
      'an extension that appears twice',
      handCertificate({ spki: ecKey.spki, extensions: [keyUsage, keyUsage] }),
      /2\.5\.29\.15 appears twice/,
    ],
    ['an octet after the end', Uint8Array.of(...handCertificate({ spki: ecKey.spki }), 0), /Unparsed DER bytes/],
    ['another structure', bytes('30030101ff'), /expected tbsCertificate, signatureAlgorithm and signature, found 1/],
    [
      'a negative pathLen',
      handCertificate({ spki: ecKey.spki, extensions: [bytes('300f 0603551d13 0408 30060101ff0201ff')] }),
      /pathLenConstraint, of 1 octets, is no small number/,
    ],
    [
      'a name that is no SEQUENCE',
      handCertificate({ spki: ecKey.spki, subject: bytes('3100') }),
      /(subject|issuer) is not a SEQUENCE/,
    ],
  ];
  it.each(broken)('refuses %s', (_, der, message) => {
    expect(() => readCertificate(der)).toThrow(message);
  });

  it.each(['P-256', 'P-384'])('gives back every one of 3,000 %s keys as it was put in', (namedCurve) => {
    // One key in about 256 looks like a nested element inside its BIT STRING.
    const beginnings = new Set<number | undefined>();
    for (let i = 0; i < 3000; i++) {
      const spki = spkiOf(generateKeyPairSync('ec', { namedCurve }).publicKey);
      beginnings.add(spki.at(namedCurve === 'P-256' ? 27 : 24));
      const read = readCertificate(handCertificate({ spki })).spki;
      if (Buffer.compare(read, spki) !== 0) expect(hex(read)).toBe(hex(spki));
    }
    expect(beginnings.size).toBeGreaterThan(250);
  });

  it('throws an Error, or reads, whatever octets have changed', async () => {
    const original = await caCertificate({ key: ecKey });
    const edit = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(original.length), (edits, end) => {
        const der = Uint8Array.from(original);
        for (const [offset, octet] of edits) der[offset] = octet;
        for (const candidate of [der, der.slice(0, end)]) {
          try {
            expect(readCertificate(candidate).der).toEqual(candidate);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect(String(error)).toMatch(/^Error: Cannot read \d+ octets as an X.509 certificate: /);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
