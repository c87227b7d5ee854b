import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCertificationRequest } from '../../../shared/x509/certification-request.ts';
import { sameAttributes } from '../../../shared/x509/name.ts';
import { KEY_KINDS, type TestKey, testKey } from '../../support/ca-certificate.ts';
import { ALGORITHM, HAND_NAME, signWith, spkiOf } from '../../support/hand-certificate.ts';
import * as x509 from '../../support/peculiar.ts';
import { ATTRIBUTE, attribute, bytes, latin1, nameDer, SEQUENCE, tlv } from '../../support/tlv.ts';

/** As Key Vault asks: CA:FALSE whatever the policy says, and the subject reversed. */
async function request(key: TestKey, hash = 'SHA-256'): Promise<Uint8Array> {
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['Fleet'] }, { O: ['Contoso'] }],
    keys: key.pair,
    signingAlgorithm: { name: key.kind.startsWith('RSA') ? 'RSASSA-PKCS1-v1_5' : 'ECDSA', hash },
    extensions: [new x509.BasicConstraintsExtension(false)],
  });
  return new Uint8Array(csr.rawData);
}

function handRequest(spki: Uint8Array, algorithm: Uint8Array, sign: (info: Uint8Array) => Uint8Array): Uint8Array {
  const info = tlv(SEQUENCE, bytes('020100'), HAND_NAME, spki, bytes('a000'));
  return tlv(SEQUENCE, info, algorithm, tlv(0x03, bytes('00'), sign(info)));
}

describe('readCertificationRequest', () => {
  it.each(KEY_KINDS)('takes subject and key from a request with a %s key', async (kind) => {
    const key = testKey(kind);
    const { subject, spki } = readCertificationRequest(await request(key));
    expect(spki).toEqual(key.spki);
    const { CN, O } = ATTRIBUTE;
    const policySubject = nameDer([attribute(O, 0x13, latin1('Contoso'))], [attribute(CN, 0x0c, latin1('Fleet'))]);
    expect(sameAttributes(subject, policySubject)).toBe(true);
  });

  it('verifies SHA-384 of a P-384 key, as Key Vault signs it', async () => {
    const key = testKey('P-384');
    expect(readCertificationRequest(await request(key, 'SHA-384')).spki).toEqual(key.spki);
  });

  it('refuses a request in which any octet of subject or key has changed', async () => {
    const original = await request(testKey('P-256'));
    const text = Buffer.from(original);
    for (const offset of [text.indexOf('Fleet'), text.indexOf('Contoso'), original.length - 1]) {
      const changed = Uint8Array.from(original);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      expect(() => readCertificationRequest(changed)).toThrow('does not verify with its own public key');
    }
  });

  it('refuses a request with the public key of somebody else', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const victim = testKey('P-256').spki;
    const der = handRequest(victim, ALGORITHM.ecdsaWithSha256, signWith('sha256', privateKey));
    expect(() => readCertificationRequest(der)).toThrow('does not verify with its own public key');
  });

  it('refuses a signature that verifies, under the algorithm of another kind of key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const sign = signWith('sha256', privateKey);
    const good = handRequest(spkiOf(publicKey), ALGORITHM.ecdsaWithSha256, sign);
    expect(readCertificationRequest(good).spki).toEqual(spkiOf(publicKey));
    const mixed = handRequest(spkiOf(publicKey), ALGORITHM.sha256WithRsa, sign);
    expect(() => readCertificationRequest(mixed)).toThrow('does not verify with its own public key');
  });

  it.each([
    ['SHA-1', ALGORITHM.sha1WithRsa, '1.2.840.113549.1.1.5'],
    ['Ed25519', ALGORITHM.ed25519, '1.3.101.112'],
  ])('refuses %s and names it', (_, algorithm, oid) => {
    const der = handRequest(testKey('P-256').spki, algorithm, () => bytes('00'));
    expect(() => readCertificationRequest(der)).toThrow(`signature algorithm ${oid} is not supported`);
  });

  it.each(['', '3000', '3009 3000 3000 030100 0500'])('refuses %j', (der) => {
    expect(() => readCertificationRequest(bytes(der))).toThrow(Error);
  });
});
