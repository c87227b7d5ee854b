import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derFromFile, toPem } from '../../../shared/x509/pem.ts';
import { testKey } from '../../support/ca-certificate.ts';
import { handCertificate } from '../../support/hand-certificate.ts';
import { utf8 } from '../../support/tlv.ts';

const der = handCertificate({ spki: testKey('P-256').spki });
const pem = toPem(der);
const privateKey = `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`;

describe('toPem', () => {
  it('is read by node as the same certificate', () => {
    expect(new Uint8Array(new X509Certificate(pem).raw)).toEqual(der);
  });

  it('breaks lines after 64 characters', () => {
    const [first, ...lines] = pem.trimEnd().split('\n');
    expect([first, lines.pop()]).toEqual(['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']);
    expect(lines.slice(0, -1).every((line) => line.length === 64)).toBe(true);
  });
});

describe('derFromFile', () => {
  it.each([
    ['DER', der],
    ['PEM', utf8(pem)],
    ['PEM with CRLF', utf8(pem.replaceAll('\n', '\r\n'))],
    ['PEM with a byte order mark', utf8(`\ufeff${pem}`)],
    ['PEM with text around it', utf8(`subject: CN=Süd — 1-2-3\n${pem}and more\n`)],
    ['PEM in one line', utf8(pem.replace(/\n(?!-)/g, (_, at: number) => (at < 40 ? '\n' : '')))],
    ['PEM without a line end at the end', utf8(pem.trimEnd())],
    ['PEM with a private key before it', utf8(privateKey + pem)],
    ['the older label', utf8(pem.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE'))],
  ])('reads %s', (_, file) => {
    expect(derFromFile(file)).toEqual(der);
  });

  it.each([
    ['nothing', utf8(''), 'neither DER nor PEM'],
    ['text', utf8('hello'), 'neither DER nor PEM'],
    ['a private key alone', utf8(privateKey), 'PEM of PRIVATE KEY'],
    ['a chain in PEM', utf8(pem + pem), 'Cannot choose among 2 certificates'],
    ['a chain in DER', Uint8Array.of(...der, ...der), `ends at octet ${der.length} of ${2 * der.length}`],
    ['DER that is cut off', der.slice(0, -1), 'for exactly one certificate'],
    ['PEM of something cut off', utf8(toPem(der.slice(0, -4))), 'for exactly one certificate'],
    [
      'PEM with characters that are not base64',
      utf8(pem.replace('MII', 'M*I').replace('MIH', 'M*H')),
      'not base64 throughout',
    ],
  ])('refuses %s and says why', (_, file, message) => {
    expect(() => derFromFile(file)).toThrow(message);
  });
});
