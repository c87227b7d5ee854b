import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { throwAwayPublicKey } from '../../../shared/randomness.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { nameAttributes } from '../../../shared/x509/name.ts';
import { buildProof } from '../../../shared/x509/proof-of-possession.ts';
import { caCertificate, caExtensions, KEY_KINDS, testKey } from '../../support/ca-certificate.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const CODE = '106A5A242A43A512C3E4D5F6A7B8C9D0E1F2A3B4C5D6E7F8';
const SERIAL_NUMBER = new Uint8Array(16).fill(1);

describe('buildProof', () => {
  it.each(KEY_KINDS)('proves possession of a %s key to every reader', async (kind) => {
    const key = testKey(kind);
    const ca = readCertificate(await caCertificate({ key }));
    const spki = throwAwayPublicKey();
    const der = await buildProof({
      ca,
      verificationCode: CODE,
      spki,
      serialNumber: SERIAL_NUMBER,
      now: NOW,
      sign: key.sign,
    });
    const node = new X509Certificate(der);
    expect(node.verify(key.publicKey)).toBe(true);
    expect(node.checkIssued(new X509Certificate(ca.der))).toBe(true);
    expect(node.subject).toBe(`CN=${CODE}`);
    expect(node.ca).toBe(false);
    if (hasOpenssl) expect(opensslVerify({ certificate: der, trusted: [ca.der], at: NOW })).toBe('OK');
    const proof = readCertificate(der);
    expect(proof.issuer).toEqual(ca.subject);
    expect(proof.spki).toEqual(spki);
    expect(proof.notBefore.toISOString()).toBe('2026-06-01T11:00:00.000Z');
    expect(proof.notAfter.toISOString()).toBe('2026-06-02T12:00:00.000Z');
    expect(proof.authorityKeyIdentifier).toEqual(ca.subjectKeyIdentifier);
    expect(proof.extensions.length).toBe(1);
  });

  const key = testKey('P-256');
  const input = { spki: throwAwayPublicKey(), serialNumber: SERIAL_NUMBER, now: NOW, sign: key.sign };

  it('has no extensions at all where the CA has no subjectKeyIdentifier', async () => {
    const ca = readCertificate(await caCertificate({ key, extensions: caExtensions() }));
    const der = await buildProof({ ...input, ca, verificationCode: CODE });
    expect(readCertificate(der).extensions).toEqual([]);
    expect(new X509Certificate(der).verify(key.publicKey)).toBe(true);
  });

  it.each(['1', 'x'.repeat(64), '🚚'.repeat(64), 'a,b=c+d'])('takes the code %j as it is', async (verificationCode) => {
    const ca = readCertificate(await caCertificate({ key }));
    const { subject } = readCertificate(await buildProof({ ...input, ca, verificationCode }));
    expect(nameAttributes(subject)).toEqual([['2.5.4.3', verificationCode]]);
  });

  it.each([
    ['', 'has 0 characters'],
    ['x'.repeat(65), 'has 65 characters'],
  ])('refuses the code %j', async (verificationCode, message) => {
    const ca = readCertificate(await caCertificate({ key }));
    await expect(buildProof({ ...input, ca, verificationCode })).rejects.toThrow(message);
  });
});
