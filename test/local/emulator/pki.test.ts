import 'reflect-metadata';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { X509Certificate as ParsedCertificate, Pkcs10CertificateRequest } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { formatDistinguishedName, parseDistinguishedName } from '../../../local/emulator/distinguished-name.ts';
import type { KeyKind } from '../../../local/emulator/key-pool.ts';
import { makeCertificate, makeCertificationRequest } from '../../../local/emulator/pki.ts';
import { DAY_MS, NOW, newKey, rootFor } from '../../support/key-vault-builders.ts';

const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

describe('parseDistinguishedName', () => {
  const hex = (text: string) => Buffer.from(parseDistinguishedName(text).toArrayBuffer()).toString('hex');

  it('writes the RDNs in reversed order, byte for byte as Key Vault did', () => {
    // The subject of a certification request recorded from Azure (azure-cli, test_keyvault_pending_certificate).
    const recorded =
      'MGwxHTAbBgNVBAMTFHd3dy5teXRlc3Rkb21haW4uY29tMQ8wDQYDVQQLEwZUZXN0T1UxDjAMBgNVBAoTBVRlc3RPMRAwDgYDVQQHEwdSZWRtb25k' +
      'MQswCQYDVQQIEwJXQTELMAkGA1UEBhMCVVM=';
    expect(hex('C=US, ST=WA, L=Redmond, O=TestO, OU=TestOU, CN=www.mytestdomain.com')).toBe(
      Buffer.from(recorded, 'base64').toString('hex'),
    );
  });

  it.each([
    ['a comma in quotes', 'CN="Doe, Jane"', '3014311230100603550403' + '1309446f652c204a616e65'],
    ['an escaped comma', 'CN=Doe\\, Jane', '3014311230100603550403' + '1309446f652c204a616e65'],
    ['an escaped octet pair', 'CN=\\C3\\BC', '300d310b300906035504030c02c3bc'],
    ['a value outside PrintableString as UTF8String', 'CN=ü', '300d310b300906035504030c02c3bc'],
    ['an underscore as UTF8String', 'CN=a_b', '300e310c300a06035504030c03615f62'],
    ['escaped spaces at either end', 'CN= \\ x\\ ', '300e310c300a06035504031303207820'],
    ['a dotted OID', '2.5.4.3=x', '300c310a3008060355040313' + '0178'],
    ['the empty name', '', '3000'],
  ])('reads %s', (_, text, expected) => {
    expect(hex(text)).toBe(expected);
  });

  it.each(['My CA', 'CN=', 'XX=1', 'CN=a,', '=a'])('refuses %j and says what is wrong', (text) => {
    expect(() => parseDistinguishedName(text)).toThrow(/^Cannot read the X\.500 name '/);
  });

  it.each([
    'CN=x',
    'CN=x, OU=a+L=b, O=Contoso\\, Inc., C=US',
    'SERIALNUMBER=7, CN=ü',
    'E=a@b.example, DC=example',
    'CN=\\ x\\ ',
  ])('reads back what formatDistinguishedName writes: %s', (text) => {
    const name = parseDistinguishedName(text);
    expect(hex(formatDistinguishedName(name))).toBe(Buffer.from(name.toArrayBuffer()).toString('hex'));
  });
});

describe('makeCertificate', () => {
  const kinds: KeyKind[] = [
    { kty: 'RSA', size: 2048 },
    { kty: 'EC', crv: 'P-256' },
    { kty: 'EC', crv: 'P-384' },
    { kty: 'EC', crv: 'P-521' },
    { kty: 'EC', crv: 'P-256K' },
  ];

  it.each(kinds)('makes a root and a certificate under it that node:crypto verifies, with $kty $crv', async (kind) => {
    const key = newKey(kind);
    const root = new X509Certificate(await rootFor(key));
    const leafKey = newKey();
    const leaf = new X509Certificate(
      await makeCertificate({
        subject: 'CN=device-1',
        publicKey: createPublicKey(leafKey),
        signer: { key, certificate: root.raw },
        notBefore: NOW,
        notAfter: later(30),
      }),
    );
    expect(root.verify(root.publicKey)).toBe(true);
    expect([root.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.checkPrivateKey(leafKey)).toBe(true);
  });

  it('copies the issuer name and key identifier byte for byte', async () => {
    const key = newKey();
    // UTF8String where PrintableString would do: a re-encoded name would come out with another tag.
    const root = await rootFor(key, { subject: 'CN=Fl_ota' });
    const leaf = await makeCertificate({
      subject: 'CN=x',
      publicKey: createPublicKey(newKey()),
      signer: { key, certificate: root },
      notBefore: NOW,
      notAfter: later(1),
    });
    const [issuer, subject] = [new ParsedCertificate(leaf).issuerName, new ParsedCertificate(root).subjectName];
    expect(Buffer.from(issuer.toArrayBuffer())).toEqual(Buffer.from(subject.toArrayBuffer()));
    const value = (der: Uint8Array, oid: string) =>
      Buffer.from(new ParsedCertificate(der).getExtension(oid)?.value ?? new ArrayBuffer()).toString('hex');
    // SKI is an OCTET STRING (04 14), the key identifier in AKI has the context tag 0 (80 14): the 20 octets are equal.
    expect(value(leaf, '2.5.29.35').slice(-40)).toBe(value(root, '2.5.29.14').slice(-40));
    expect(value(leaf, '2.5.29.35').slice(0, 8)).toBe('30168014');
  });

  it('writes basicConstraints, keyUsage and other extensions as asked, each with its criticality', async () => {
    const key = newKey();
    const der = await rootFor(key, {
      pathLen: 0,
      keyUsage: ['keyCertSign', 'cRLSign'],
      extraExtensions: [{ oid: '1.2.3.4', critical: true, value: Buffer.from('0500', 'hex') }],
    });
    const shown = new ParsedCertificate(der).extensions.map(
      ({ type, critical, value }) => `${type} ${critical} ${Buffer.from(value).toString('hex')}`,
    );
    expect(shown.slice(0, 3)).toEqual([
      '2.5.29.15 true 03020106', // BIT STRING, bits 5 and 6
      '2.5.29.19 true 30060101ff020100', // cA TRUE, pathLenConstraint 0
      '1.2.3.4 true 0500',
    ]);
  });

  it('has no extension at all when none is asked for', async () => {
    const der = await rootFor(newKey(), { ca: undefined, skiAki: false });
    expect(new ParsedCertificate(der).extensions).toEqual([]);
  });

  it('uses UTCTime until 2049 and GeneralizedTime from 2050 on, in whole seconds', async () => {
    const der = Buffer.from(
      await rootFor(newKey(), {
        notBefore: new Date('2049-12-31T23:59:59.900Z'),
        notAfter: new Date('2050-01-01T00:00:00.500Z'),
      }),
    ).toString('latin1');
    expect(der).toContain('\x17\x0d491231235959Z\x18\x0f20500101000000Z');
  });

  it('refuses a key usage that does not exist', async () => {
    await expect(rootFor(newKey(), { keyUsage: ['signEverything'] })).rejects.toThrow(
      "Cannot set the key usage 'signEverything'",
    );
  });
});

describe('makeCertificationRequest', () => {
  it.each<[KeyKind, string]>([
    [{ kty: 'RSA', size: 2048 }, 'sha256'],
    [{ kty: 'EC', crv: 'P-384' }, 'sha384'],
  ])('is signed by its own key: %o with %s', async (kind, hash) => {
    const key = newKey(kind);
    const request = new Pkcs10CertificateRequest(await makeCertificationRequest({ subject: 'CN=x, O=y', key }));
    const raw = Buffer.from(request.rawData);
    // CertificationRequest ::= SEQUENCE { info, algorithm, signature }: the signed octets are the first element.
    const start = raw[1] === 0x82 ? 4 : raw[1] === 0x81 ? 3 : 2;
    const lengthOctets = (raw[start + 1] ?? 0) & 0x80 ? (raw[start + 1] ?? 0) & 0x7f : 0;
    const length = lengthOctets === 0 ? (raw[start + 1] ?? 0) : raw.readUIntBE(start + 2, lengthOctets);
    const info = raw.subarray(start, start + 2 + lengthOctets + length);
    expect(createPublicKey(key).export({ type: 'spki', format: 'der' })).toEqual(
      Buffer.from(request.publicKey.rawData),
    );
    expect(verify(hash, info, createPublicKey(key), Buffer.from(request.signature))).toBe(true);
    expect(request.subjectName.toString()).toBe('O=y, CN=x');
  });
});
