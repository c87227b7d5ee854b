import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toPem } from '../../../shared/x509/pem.ts';
import { testKey } from '../../support/ca-certificate.ts';
import { handCertificate } from '../../support/hand-certificate.ts';

const der = handCertificate({ spki: testKey('P-256').spki });
const pem = toPem(der);

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
