import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readDeviceCertificate } from '../../../shared/allocation/device-certificate.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { nameToString } from '../../../shared/x509/name.ts';
import { toPem } from '../../../shared/x509/pem.ts';
import { caCertificate, testKey } from '../../support/ca-certificate.ts';

const der = await caCertificate({ key: testKey('P-256'), subject: 'C=DE,O=Contoso,CN=Plant A CA' });
const NOTHING = { issuerName: undefined, issuerThumbprints: [], thumbprints: [], der: undefined };
const SHA1 = 'A0'.repeat(20);
const SHA256 = 'B1'.repeat(32);

function hash(algorithm: string): string {
  return createHash(algorithm).update(der).digest('hex').toUpperCase();
}

describe('readDeviceCertificate', () => {
  it.each([
    ['a PEM text', toPem(der)],
    ['a PEM certificate', { certificate: toPem(der) }],
    ['the base64 of the DER', { certificate: Buffer.from(der).toString('base64') }],
    ['clientCertificate', { clientCertificate: toPem(der) }],
    ['an attestation', { clientCertificates: { primary: { certificate: toPem(der) }, secondary: null } }],
  ])('reads the certificate from %s', (_name, x509) => {
    expect(readDeviceCertificate(x509)).toStrictEqual({
      issuerName: 'CN=Plant A CA,O=Contoso,C=DE',
      issuerThumbprints: [],
      thumbprints: [hash('sha1'), hash('sha256')],
      der,
    });
  });

  it('names the issuer as RFC 4514 does', () => {
    expect(readDeviceCertificate(toPem(der)).issuerName).toBe(nameToString(readCertificate(der).issuer));
  });

  it('reads what a registration result tells of both certificates', () => {
    const x509 = {
      certificateInfo: { issuerName: 'CN=plant-a-ca', sha1Thumbprint: SHA1.toLowerCase(), sha256Thumbprint: SHA256 },
      signingCertificateInfo: { subjectName: 'CN=plant-a-ca', sha1Thumbprint: SHA1, sha256Thumbprint: null },
      enrollmentGroupId: 'plant-a',
    };
    expect(readDeviceCertificate(x509)).toStrictEqual({
      issuerName: 'CN=plant-a-ca',
      issuerThumbprints: [SHA1],
      thumbprints: [SHA1, SHA256],
      der: undefined,
    });
  });

  it('takes the issuer from the signing certificate where nothing else names it', () => {
    const x509 = { signingCertificates: { primary: { info: { subjectName: 'CN=x', sha256Thumbprint: SHA256 } } } };
    expect(readDeviceCertificate(x509)).toStrictEqual({ ...NOTHING, issuerName: 'CN=x', issuerThumbprints: [SHA256] });
  });

  it.each([
    ['nothing', {}],
    ['null', null],
    ['an array', [toPem(der)]],
    ['a certificate that is none', { certificate: 'QUJD' }],
    ['a certificate cut short', { certificate: toPem(der).slice(0, 300) }],
    ['a thumbprint that is none', { certificateInfo: { sha1Thumbprint: 'A0', sha256Thumbprint: 7 } }],
    ['an issuer without a name', { certificateInfo: { issuerName: '' } }],
    ['an issuer of a name beyond all measure', { certificateInfo: { issuerName: 'x'.repeat(1025) } }],
  ])('is told nothing by %s', (_name, x509) => {
    expect(readDeviceCertificate(x509)).toStrictEqual(NOTHING);
  });
});
