import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { type RenewalCheck, renewalFaults } from '../../../shared/x509/check-renewal.ts';
import { buildRenewal } from '../../../shared/x509/renewal-certificate.ts';
import { caCertificate, caExtensions, keyIdentifiers, testKey } from '../../support/ca-certificate.ts';
import { ATTRIBUTE, attribute, bytes, latin1, nameDer, utf8 } from '../../support/tlv.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const issuerKey = testKey('P-256');
const oldKey = testKey('P-384');
const newKey = testKey('P-384');
const otherName = nameDer([attribute(ATTRIBUTE.CN, 0x0c, utf8('Other'))]);

let good: RenewalCheck;
let root: RenewalCheck;

/** A renewal with a new key under an issuer, and one of a root with its own key; both without fault. */
beforeAll(async () => {
  const rootDer = await caCertificate({
    key: issuerKey,
    subject: 'CN=Root',
    notAfter: new Date('2040-01-01T00:00:00Z'),
  });
  const issuer = readCertificate(rootDer);
  const extensions = [...caExtensions(1), ...(await keyIdentifiers(oldKey, issuerKey))];
  const origin = { certificate: rootDer, key: issuerKey };
  const predecessor = readCertificate(await caCertificate({ key: oldKey, issuer: origin, extensions }));
  const dates = { notBefore: new Date('2026-05-31T23:50:00Z'), serialNumber: new Uint8Array(20) };
  const built = await buildRenewal({
    ...dates,
    predecessor,
    issuer,
    spki: newKey.spki,
    notAfter: new Date('2029-06-01T00:00:00Z'),
    sign: issuerKey.sign,
  });
  good = { certificate: readCertificate(built), predecessor, spki: newKey.spki, issuer, now: NOW };
  const again = await buildRenewal({
    ...dates,
    predecessor: issuer,
    issuer,
    spki: issuerKey.spki,
    notAfter: new Date('2050-01-01T00:00:00Z'),
    sign: issuerKey.sign,
  });
  root = { certificate: readCertificate(again), predecessor: issuer, spki: issuerKey.spki, issuer, now: NOW };
});

type Spoil = (check: RenewalCheck) => Partial<RenewalCheck>;

/** The certificate with some of its fields changed; its DER, and so its signature, stay. */
const certificate =
  (change: Partial<RenewalCheck['certificate']>): Spoil =>
  (check) => ({ certificate: { ...check.certificate, ...change } });

const withoutOid =
  (oid: string): Spoil =>
  (check) => ({
    certificate: { ...check.certificate, extensions: check.certificate.extensions.filter((each) => each.oid !== oid) },
  });

describe('renewalFaults', () => {
  it('finds none in a renewal that we built', () => {
    expect(renewalFaults(good)).toEqual([]);
    expect(renewalFaults(root)).toEqual([]);
  });

  const rows: readonly [string, Spoil, readonly RegExp[]][] = [
    ['no CA', certificate({ isCa: false }), [/^basicConstraints does not say CA:TRUE\.$/]],
    ['another pathLen', certificate({ pathLen: 2 }), [/^pathLenConstraint is 2, the predecessor's is 1\.$/]],
    ['no pathLen', certificate({ pathLen: undefined }), [/^pathLenConstraint is absent, the predecessor's is 1\.$/]],
    [
      'another keyUsage',
      certificate({ keyUsage: ['digitalSignature', 'keyCertSign'] }),
      [/^keyUsage is digitalSignature, keyCertSign, the predecessor's is keyCertSign, cRLSign\.$/],
    ],
    [
      'another subject',
      certificate({ subject: otherName }),
      [/^The subject is CN=Other \(.*the predecessor's O=Contoso,CN=/],
    ],
    [
      'a subject that differs in its string types only',
      (check) => {
        const name = nameDer(
          [attribute(ATTRIBUTE.CN, 0x14, latin1('Contoso Fleet CA'))],
          [attribute(ATTRIBUTE.O, 0x13, latin1('Contoso'))],
        );
        return { certificate: { ...check.certificate, subject: name } };
      },
      [/^The subject is O=Contoso,CN=Contoso Fleet CA \(30.*the predecessor's O=Contoso,CN=Contoso Fleet CA \(30/],
    ],
    [
      'an extension less',
      withoutOid('2.5.29.15'),
      [/^The extensions are 2\.5\.29\.19 critical 30060101ff020101, the predecessor's are .*2\.5\.29\.15/],
    ],
    [
      'an extension that is critical no more',
      (check) => ({
        certificate: {
          ...check.certificate,
          extensions: check.certificate.extensions.map((each) => ({ ...each, critical: false })),
        },
      }),
      [/^The extensions are 2\.5\.29\.19 3006/],
    ],
    [
      'extensions in another order',
      (check) => ({ certificate: { ...check.certificate, extensions: check.certificate.extensions.toReversed() } }),
      [/^The extensions are 2\.5\.29\.15 critical/],
    ],
    ['a negative serial number', certificate({ serialNumber: '80' }), [/^serialNumber 80 is not a positive number/]],
    ['the serial number 0', certificate({ serialNumber: '00' }), [/^serialNumber 00 is not a positive number/]],
    ['no serial number', certificate({ serialNumber: '' }), [/^serialNumber {2}is not a positive number/]],
    ['21 octets of serial number', certificate({ serialNumber: '01'.repeat(21) }), [/of at most 20 octets\.$/]],
    [
      'another public key than the request',
      () => ({ spki: oldKey.spki }),
      [/^The public key is 30.*, the certification request's is 30/],
    ],
    [
      'no subjectKeyIdentifier',
      certificate({ subjectKeyIdentifier: undefined }),
      [/^subjectKeyIdentifier is absent\.$/],
    ],
    [
      'the predecessor’s subjectKeyIdentifier on another key',
      (check) => ({
        certificate: { ...check.certificate, subjectKeyIdentifier: check.predecessor.subjectKeyIdentifier },
      }),
      [/^subjectKeyIdentifier is [0-9a-f]{40}, but the predecessor's is the same, and its key another\.$/],
    ],
    [
      'another authorityKeyIdentifier than the issuer’s',
      certificate({ authorityKeyIdentifier: bytes('c0ffee') }),
      [/^authorityKeyIdentifier is c0ffee, the issuer's key is [0-9a-f]{40}\.$/],
    ],
    ['another issuer name', certificate({ issuer: otherName }), [/^The issuer is CN=Other .*subject CN=Root/]],
    [
      'an issuer of the same name with another key',
      (check) => ({ issuer: { ...check.issuer, spki: oldKey.spki } }),
      [/^The signature does not verify with the key of certificate [0-9A-F]{40}\.$/],
    ],
    [
      'notBefore in the future',
      () => ({ now: new Date('2026-05-31T23:49:59Z') }),
      [/^notBefore 2026-05-31T23:50:00\.000Z lies after the present time 2026-05-31T23:49:59/],
    ],
    [
      'notAfter as before',
      (check) => ({ certificate: { ...check.certificate, notAfter: check.predecessor.notAfter } }),
      [/^notAfter 2027-01-01T00:00:00\.000Z is not later than the predecessor's 2027-01-01/],
    ],
    [
      'notAfter beyond the issuer’s',
      certificate({ notAfter: new Date('2040-01-01T00:00:01Z') }),
      [/^notAfter 2040-01-01T00:00:01\.000Z is later than the issuer's 2040-01-01T00:00:00/],
    ],
    ['two faults at once', certificate({ isCa: false, serialNumber: '00' }), [/^basicConstraints/, /^serialNumber/]],
  ];
  it.each(rows)('finds %s, and nothing else', (_, spoil, expected) => {
    const faults = renewalFaults({ ...good, ...spoil(good) });
    expect(faults).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it('finds a subordinate signed by itself', () => {
    const faults = renewalFaults({ ...root, predecessor: { ...root.predecessor, issuer: otherName } });
    expect(faults).toEqual([
      "The certificate is self-signed, the predecessor's issuer is CN=Other (" +
        `${Buffer.from(otherName).toString('hex')}).`,
    ]);
  });

  it('finds a root signed by another', () => {
    const faults = renewalFaults({ ...good, predecessor: { ...good.predecessor, issuer: good.predecessor.subject } });
    expect(faults).toEqual([
      expect.stringMatching(/^The certificate is not self-signed, the predecessor's issuer is O=Contoso/),
    ]);
  });

  it('finds a new subjectKeyIdentifier on the key that stays', () => {
    const faults = renewalFaults({
      ...root,
      certificate: { ...root.certificate, subjectKeyIdentifier: bytes('c0ffee'), authorityKeyIdentifier: undefined },
    });
    expect(faults).toEqual([
      expect.stringMatching(
        /^subjectKeyIdentifier is c0ffee, but the key is the predecessor's, whose is [0-9a-f]{40}\.$/,
      ),
    ]);
  });

  it('finds a self-signed certificate whose signature another key made', async () => {
    const predecessor = root.predecessor;
    const der = await buildRenewal({
      predecessor,
      issuer: predecessor,
      spki: issuerKey.spki,
      serialNumber: new Uint8Array(16),
      notBefore: new Date('2026-05-31T23:50:00Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
      sign: testKey('P-256').sign,
    });
    const faults = renewalFaults({ ...root, certificate: readCertificate(der) });
    expect(faults).toEqual([expect.stringMatching(/^The signature does not verify/)]);
  });
});
