import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificate as readOfEnrollment } from '../../local/emulator/enrollments/read-certificate.ts';
import { readUploadedCertificate } from '../../local/emulator/resource-manager/uploaded-certificate.ts';
import { readDeviceCertificate } from '../../shared/allocation/device-certificate.ts';
import { toPem } from '../../shared/x509/pem.ts';
import { caCertificate, testKey } from '../support/ca-certificate.ts';
import { counted } from '../support/counts.ts';
import { type Chance, chanceOf, mutated } from '../support/mutated-der.ts';

// Certificates as text: what a device's registration tells the webhook, and what clients send to the emulator.

const SEED = 20_260_303;
const COUNT = counted(1_500, 30_000);

let seeds: readonly Uint8Array[];
beforeAll(async () => {
  const [p256, p384] = [testKey('P-256'), testKey('P-384')];
  const root = await caCertificate({ key: p256 });
  seeds = [root, await caCertificate({ key: p384, issuer: { certificate: root, key: p256 } })];
});

const base64 = (octets: Uint8Array | string) => Buffer.from(octets).toString('base64');
const hexOf = (octets: Uint8Array | undefined) => octets && Buffer.from(octets).toString('hex');
const uploaded = (content: unknown) => derOr(readUploadedCertificate(content));
const derOr = (read: X509Certificate | string) => (typeof read === 'string' ? read : hexOf(read.raw));

/** Lines lost, doubled, joined or moved; other labels, other alphabets, other text around. */
const TEXT_MUTATIONS: readonly ((pem: string, chance: Chance) => string)[] = [
  (pem, chance) => pem.slice(0, chance(pem.length)),
  (pem, chance) => pem.slice(chance(pem.length)),
  (pem, chance) => spliced(pem, chance(pem.length), chance(40), ''),
  (pem, chance) => spliced(pem, chance(pem.length), 0, pem.slice(0, chance(pem.length))),
  (pem, chance) => spliced(pem, chance(pem.length), 1, String.fromCharCode(chance(0x250))),
  (pem, chance) => spliced(pem, chance(pem.length), 0, ['\u0000', '\r\n\r\n', '=', '-----', ' '][chance(5)] ?? ''),
  (pem) => pem.replaceAll('\n', ''),
  (pem) => pem.replaceAll('\n', '\r'),
  (pem) => pem + pem,
  (pem, chance) =>
    pem.replaceAll('CERTIFICATE', ['X509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'PRIVATE KEY', ''][chance(4)] ?? ''),
  (pem) => pem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n'),
  (pem, chance) => ' '.repeat(chance(3)) + pem.replaceAll(/[+/]/g, '_'),
  (pem, chance) => pem.replace(/^.*\n/, `-----BEGIN ${'A'.repeat(chance(100_000))}-----\n`),
];

function spliced(text: string, at: number, count: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + count);
}

describe('a certificate that was tampered with, as PEM', () => {
  it('is to every reader what the same octets are as base64', () => {
    const chance = chanceOf(SEED);
    const seen = { read: 0, refused: 0 };
    for (let count = 0; count < COUNT; count++) {
      const { how, der } = mutated(seeds, chance);
      const pem = toPem(der);
      const device = [pem, base64(der)].map((certificate) => hexOf(readDeviceCertificate({ certificate }).der));
      const upload = [base64(pem), base64(der)].map(uploaded);
      const enrolled = [pem, base64(pem), base64(der)].map((content) => derOr(readOfEnrollment(content)));
      // What OpenSSL does not take octet for octet (more after it, a length that is not minimal) it may refuse in PEM.
      const isMended = device[1] !== undefined && device[1] !== hexOf(der);
      const wanted = isMended && device[0] === undefined ? undefined : device[1];
      const outcome = { how, device: device[0], upload: upload[0], enrolled: enrolled[0] };
      expect(outcome).toEqual({ how, device: wanted, upload: upload[1], enrolled: upload[1] });
      expect(new Set(enrolled).size).toBe(1);
      seen[device[0] === undefined ? 'refused' : 'read'] += 1;
    }
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(COUNT / 10);
  });

  it('is read, or counts as not told, however its text is damaged', () => {
    const chance = chanceOf(SEED);
    const seen = { read: 0, refused: 0 };
    for (let count = 0; count < COUNT; count++) {
      const [seed, mutation] = [seeds[chance(seeds.length)], TEXT_MUTATIONS[chance(TEXT_MUTATIONS.length)]];
      const text = mutation?.(toPem(seed ?? new Uint8Array()), chance) ?? '';
      const { der, thumbprints, issuerName } = readDeviceCertificate({ certificate: text });
      const read = der && new X509Certificate(der);
      const prints = read ? [read.fingerprint, read.fingerprint256].map((each) => each.replaceAll(':', '')) : [];
      expect([thumbprints, typeof issuerName]).toEqual([prints, read ? 'string' : 'undefined']);
      for (const other of [readUploadedCertificate(base64(text)), readOfEnrollment(text)]) {
        if (typeof other === 'string') expect(['bundle', 'malformed']).toContain(other);
        else expect(hexOf(new X509Certificate(other.raw).raw)).toBe(hexOf(other.raw));
      }
      seen[der === undefined ? 'refused' : 'read'] += 1;
    }
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(COUNT / 20);
  });
});
