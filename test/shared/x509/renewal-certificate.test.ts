import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, readCertificate } from '../../../shared/x509/certificate.ts';
import { renewalFaults } from '../../../shared/x509/check-renewal.ts';
import { Oid } from '../../../shared/x509/oids.ts';
import { subjectKeyIdentifierOf } from '../../../shared/x509/public-key.ts';
import { buildRenewal } from '../../../shared/x509/renewal-certificate.ts';
import {
  caCertificate,
  caExtensions,
  KEY_KINDS,
  type KeyKind,
  keyIdentifiers,
  type TestKey,
  testKey,
} from '../../support/ca-certificate.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import * as x509 from '../../support/peculiar.ts';
import { ATTRIBUTE, attribute, bytes, hex, latin1, nameDer, tlv, utf8 } from '../../support/tlv.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const NOT_BEFORE = new Date('2026-05-31T23:50:00Z');
const NOT_AFTER = new Date('2029-06-01T00:00:00Z');
const SERIAL_NUMBER = new Uint8Array(20).fill(0xff);

const ISSUER_KINDS = ['RSA 2048', 'P-256', 'P-384'] as const;

const keys = {} as Record<`${KeyKind} ${'old' | 'new' | 'issuer'}`, TestKey>;
const issuers = {} as Record<KeyKind, { key: TestKey; certificate: Certificate }>;

beforeAll(async () => {
  for (const kind of KEY_KINDS) {
    keys[`${kind} old`] = testKey(kind);
    keys[`${kind} new`] = testKey(kind);
  }
  for (const kind of ISSUER_KINDS) {
    const key = testKey(kind);
    const der = await caCertificate({ key, subject: `CN=Root ${kind}`, notAfter: new Date('2040-01-01T00:00:00Z') });
    issuers[kind] = { key, certificate: readCertificate(der) };
  }
});

function renew(predecessor: Certificate, spki: Uint8Array, issuer: { key: TestKey; certificate: Certificate }) {
  const dates = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
  return buildRenewal({
    ...dates,
    predecessor,
    spki,
    issuer: issuer.certificate,
    serialNumber: SERIAL_NUMBER,
    sign: issuer.key.sign,
  });
}

async function chainLength(der: Uint8Array, root: Uint8Array): Promise<number> {
  const [certificate, anchor] = [der, root].map((each) => new x509.X509Certificate(Buffer.from(each)));
  if (certificate === undefined || anchor === undefined) throw new Error('unreachable');
  return (await new x509.X509ChainBuilder({ certificates: [anchor] }).build(certificate)).length;
}

describe.each(KEY_KINDS)('renewal of a subordinate CA with a %s key', (kind) => {
  describe.each(ISSUER_KINDS)('signed by a %s issuer', (issuerKind) => {
    it.each(['old', 'new'] as const)('is accepted by every reader with its %s key', async (which) => {
      const issuer = issuers[issuerKind];
      const old = keys[`${kind} old`];
      const key = keys[`${kind} ${which}`];
      const origin = { certificate: issuer.certificate.der, key: issuer.key };
      const predecessor = readCertificate(await caCertificate({ key: old, issuer: origin }));

      const der = await renew(predecessor, key.spki, issuer);

      const node = new X509Certificate(der);
      const root = new X509Certificate(issuer.certificate.der);
      expect(node.verify(issuer.key.publicKey)).toBe(true);
      expect(node.checkIssued(root)).toBe(true);
      expect(node.ca).toBe(true);
      expect(await chainLength(der, issuer.certificate.der)).toBe(2);
      if (hasOpenssl) {
        expect(opensslVerify({ certificate: der, trusted: [issuer.certificate.der], at: NOW })).toBe('OK');
      }
      const certificate = readCertificate(der);
      expect(renewalFaults({ certificate, predecessor, spki: key.spki, issuer: issuer.certificate, now: NOW })).toEqual(
        [],
      );
    });
  });

  it.each(['old', 'new'] as const)('self-signed with its %s key is accepted by every reader', async (which) => {
    const old = keys[`${kind} old`];
    const key = keys[`${kind} ${which}`];
    const predecessor = readCertificate(await caCertificate({ key: old }));
    // As Key Vault's own versions are: the same attributes, in the other order.
    const seed = readCertificate(await caCertificate({ key, subject: 'O=Contoso,CN=Contoso Fleet CA' }));
    const issuer = { key, certificate: which === 'old' ? predecessor : seed };

    const der = await renew(predecessor, key.spki, issuer);

    const node = new X509Certificate(der);
    expect(node.verify(key.publicKey)).toBe(true);
    expect(node.checkIssued(node)).toBe(true);
    if (hasOpenssl) expect(opensslVerify({ certificate: der, trusted: [der], at: NOW })).toBe('OK');
    const certificate = readCertificate(der);
    expect(certificate.issuer).toEqual(predecessor.subject);
    expect(certificate.authorityKeyIdentifier).toEqual(certificate.subjectKeyIdentifier);
    expect(renewalFaults({ certificate, predecessor, spki: key.spki, issuer: issuer.certificate, now: NOW })).toEqual(
      [],
    );
  });
});

describe('buildRenewal', () => {
  /** A subject with every awkward thing in it: reversed order, Teletex, UTF-8, BMP, two values in one RDN. */
  const oddSubject = nameDer(
    [attribute(ATTRIBUTE.CN, 0x0c, utf8('Flotte „Süd“ 🚚'))],
    [attribute(ATTRIBUTE.OU, 0x14, latin1('Gerät, Nord')), attribute(ATTRIBUTE.OU, 0x1e, bytes('0041 00e9'))],
    [attribute(ATTRIBUTE.jurisdiction, 0x13, latin1('DE'))],
    [attribute(ATTRIBUTE.O, 0x13, latin1('x'.repeat(64)))],
  );

  const nameConstraints = new x509.Extension(
    '2.5.29.30',
    true,
    Buffer.from(tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x82, latin1('example.com')))))),
  );
  const policies = new x509.CertificatePolicyExtension(['1.2.3.4', '2.999.1']);
  const issuerAltName = new x509.IssuerAlternativeNameExtension([{ type: 'dns', value: 'ca.example.com' }]);
  const foreign = new x509.Extension('1.3.6.1.4.1.99999.1', false, Buffer.from('0404deadbeef', 'hex'));

  const profiles: readonly [string, x509.Extension[]][] = [
    ['without pathLen', caExtensions()],
    ['with pathLen 0', caExtensions(0)],
    ['with pathLen 1', caExtensions(1)],
    ['with basicConstraints not critical and no keyUsage', [new x509.BasicConstraintsExtension(true, 3, false)]],
    ['with name constraints', [nameConstraints, ...caExtensions(0)]],
    ['with policies, issuerAltName and a private extension', [foreign, policies, ...caExtensions(1), issuerAltName]],
    [
      'with nine bits of keyUsage',
      [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.Extension('2.5.29.15', true, Buffer.from('030307ff80', 'hex')),
      ],
    ],
  ];

  async function predecessorWith(extensions: x509.Extension[]) {
    const issuer = issuers['P-256'];
    const origin = { certificate: issuer.certificate.der, key: issuer.key };
    const subject = new x509.Name(Buffer.from(oddSubject));
    return readCertificate(await caCertificate({ key: keys['P-384 old'], issuer: origin, subject, extensions }));
  }

  it.each(profiles)('keeps the profile of a CA %s byte for byte, around the key identifiers', async (_, profile) => {
    const [ski, aki] = await keyIdentifiers(keys['P-384 old'], issuers['P-256'].key);
    if (ski === undefined || aki === undefined) throw new Error('unreachable');
    const predecessor = await predecessorWith([aki, ...profile, ski]);
    const certificate = readCertificate(await renew(predecessor, keys['P-384 old'].spki, issuers['P-256']));
    expect(hex(certificate.subject)).toBe(hex(oddSubject));
    expect(certificate.extensions).toEqual(predecessor.extensions);
    const before = new x509.X509Certificate(Buffer.from(predecessor.der)).extensions;
    const after = new x509.X509Certificate(Buffer.from(certificate.der)).extensions;
    expect(after.map((each) => hex(new Uint8Array(each.rawData)))).toEqual(
      before.map((each) => hex(new Uint8Array(each.rawData))),
    );
  });

  it('copies a subjectKeyIdentifier that was not made by method (1) while the key stays', async () => {
    const odd = bytes('c0ffee');
    const predecessor = await predecessorWith([...caExtensions(), new x509.SubjectKeyIdentifierExtension(hex(odd))]);
    const sameKey = readCertificate(await renew(predecessor, keys['P-384 old'].spki, issuers['P-256']));
    expect(sameKey.subjectKeyIdentifier).toEqual(odd);
    const newKey = readCertificate(await renew(predecessor, keys['P-256 new'].spki, issuers['P-256']));
    expect(newKey.subjectKeyIdentifier).toEqual(subjectKeyIdentifierOf(keys['P-256 new'].spki));
  });

  it('adds both key identifiers at the end where the predecessor had none', async () => {
    const predecessor = await predecessorWith(caExtensions());
    const certificate = readCertificate(await renew(predecessor, keys['P-384 old'].spki, issuers['P-256']));
    expect(certificate.extensions.map(({ oid }) => oid)).toEqual([
      ...predecessor.extensions.map(({ oid }) => oid),
      Oid.subjectKeyIdentifier,
      Oid.authorityKeyIdentifier,
    ]);
    expect(certificate.authorityKeyIdentifier).toEqual(issuers['P-256'].certificate.subjectKeyIdentifier);
  });

  it('names an issuer that has no subjectKeyIdentifier only where the predecessor named it', async () => {
    const key = issuers['P-256'].key;
    const bare = {
      key,
      certificate: readCertificate(await caCertificate({ key, subject: 'CN=Bare', extensions: caExtensions() })),
    };
    const without = await predecessorWith(caExtensions());
    const silent = readCertificate(await renew(without, keys['P-384 old'].spki, bare));
    expect(silent.authorityKeyIdentifier).toBeUndefined();
    const withAki = await predecessorWith([...caExtensions(), ...(await keyIdentifiers(keys['P-384 old'], key))]);
    const named = readCertificate(await renew(withAki, keys['P-384 old'].spki, bare));
    expect(named.authorityKeyIdentifier).toEqual(subjectKeyIdentifierOf(key.spki));
  });

  it('gives a self-signed CA an authorityKeyIdentifier only if it had one', async () => {
    const key = keys['P-256 old'];
    const [ski] = await keyIdentifiers(key);
    const extensions = ski ? [...caExtensions(), ski] : [];
    const predecessor = readCertificate(await caCertificate({ key, extensions }));
    const certificate = readCertificate(await renew(predecessor, key.spki, { key, certificate: predecessor }));
    expect(certificate.authorityKeyIdentifier).toBeUndefined();
    expect(certificate.extensions).toEqual(predecessor.extensions);
  });

  it('signs with the hash of the predecessor where the issuer has an RSA key', async () => {
    const issuer = issuers['RSA 2048'];
    const origin = { certificate: issuer.certificate.der, key: issuer.key };
    const before = readCertificate(await caCertificate({ key: keys['P-256 old'], issuer: origin }));
    const predecessor = { ...before, signatureAlgorithm: '1.2.840.113549.1.1.13' };
    const der = await renew(predecessor, keys['P-256 new'].spki, issuer);
    expect(readCertificate(der).signatureAlgorithm).toBe('1.2.840.113549.1.1.13');
    expect(new X509Certificate(der).verify(issuer.key.publicKey)).toBe(true);
  });

  it('writes notAfter as GeneralizedTime from 2050 on, and all readers agree on the date', async () => {
    const key = keys['P-256 old'];
    const predecessor = readCertificate(await caCertificate({ key }));
    const notAfter = new Date('2056-11-13T10:20:30.999Z');
    const der = await buildRenewal({
      predecessor,
      spki: key.spki,
      issuer: predecessor,
      notBefore: NOT_BEFORE,
      notAfter,
      serialNumber: SERIAL_NUMBER,
      sign: key.sign,
    });
    expect(readCertificate(der).notAfter.toISOString()).toBe('2056-11-13T10:20:30.000Z');
    expect(new Date(new X509Certificate(der).validTo).toISOString()).toBe('2056-11-13T10:20:30.000Z');
    expect(new x509.X509Certificate(Buffer.from(der)).notAfter.toISOString()).toBe('2056-11-13T10:20:30.000Z');
  });

  it('makes every serial number positive, minimal and at most 20 octets', async () => {
    const key = keys['P-256 old'];
    const predecessor = readCertificate(await caCertificate({ key }));
    const base = { predecessor, spki: key.spki, issuer: predecessor, notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
    // The signature plays no part here.
    const sign = async () => new Uint8Array(64).fill(1);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 20 }), async (serialNumber) => {
        const der = await buildRenewal({ ...base, serialNumber, sign });
        const written = readCertificate(der).serialNumber;
        expect(new X509Certificate(der).serialNumber.toLowerCase()).toBe(written);
        expect(written).toMatch(/^[4-7]/);
        expect(written.length).toBe(serialNumber.length * 2);
        expect(written.slice(2)).toBe(hex(serialNumber).slice(2));
      }),
    );
  });

  it.each([0, 15, 21])('refuses a serial number of %i octets', async (length) => {
    const key = keys['P-256 old'];
    const predecessor = readCertificate(await caCertificate({ key }));
    const input = { predecessor, spki: key.spki, issuer: predecessor, notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
    await expect(buildRenewal({ ...input, serialNumber: new Uint8Array(length), sign: key.sign })).rejects.toThrow(
      `serial number of ${length} octets`,
    );
  });
});
