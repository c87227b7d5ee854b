import { describe, expect, it } from 'vitest';
import { deviceFinding } from '../../../../shared/lifecycle/device-finding.ts';
import type { KeptAttestation, Registration } from '../../../../shared/ports.ts';
import { sha256Thumbprint } from '../../../../shared/x509/sha256-thumbprint.ts';
import { NOW } from '../../../support/builders.ts';
import {
  attestation,
  findingOn,
  LINE,
  LINE_BEFORE,
  leaf,
  NEWER,
  NEWER_FROM,
  OLDER,
  ROOT,
  registration,
  SAME_KEY,
  type Signed,
  STRANGER,
  succeeded,
} from './device-builders.ts';

const sha1 = ({ certificate }: Signed) => [certificate.thumbprint];
const sha256 = ({ certificate }: Signed) => [sha256Thumbprint(certificate.der)];
const both = (signed: Signed) => [...sha1(signed), ...sha256(signed)];
const MINUTE_MS = 60_000;

const underNewer = await leaf(NEWER);
const underOlder = await leaf(OLDER);
const underLine = await leaf(LINE);
const underRoot = await leaf(ROOT);
const newerUpperCase = await leaf(NEWER, { name: 'DEVICE-1' });
const newerBeforeN = await leaf(NEWER, { from: NEWER_FROM - 1 });
const rootBeforeN = await leaf(ROOT, { from: NEWER_FROM - 1 });
const strangerLeaf = await leaf(STRANGER);
const newerOfAnother = await leaf(NEWER, { name: 'device-2' });
const olderOfAnother = await leaf(OLDER, { name: 'device-2' });
const olderBeforeN = await leaf(OLDER, { from: NEWER_FROM - 1 });
const sameKeyLeaf = await leaf(SAME_KEY);

type Told = Partial<KeptAttestation>;

describe('a device of which DPS told', () => {
  it.each<[string, Told, string]>([
    ['its certificate, under N', { certificate: underNewer }, 'moved'],
    ['its certificate, under O, issued after N', { certificate: underOlder }, 'old'],
    ['its certificate, under N, with the id in another case', { certificate: newerUpperCase }, 'moved'],
    ['its certificate, under N, back-dated to before N', { certificate: newerBeforeN }, 'moved'],
    ['its certificate, under the root beside both', { certificate: underRoot }, 'unknown'],
    ['its certificate, under the root, older than N', { certificate: rootBeforeN }, 'old'],
    ['a certificate under a CA that only has the name of N', { certificate: strangerLeaf }, 'unknown'],
    ['a certificate under N with another CN', { certificate: newerOfAnother }, 'unknown'],
    ['a certificate under O with another CN', { certificate: olderOfAnother }, 'unknown'],
    ['octets that are no certificate', { certificate: Uint8Array.of(0x30, 1, 2) }, 'unknown'],
    ['names only', { issuerName: 'CN=Plant A', thumbprints: ['AB'.repeat(20)] }, 'unknown'],
    ['nothing', {}, 'unknown'],
    ['N as the signing certificate, by SHA-1', { issuerThumbprints: sha1(NEWER) }, 'moved'],
    ['N as the signing certificate, by SHA-256', { issuerThumbprints: sha256(NEWER) }, 'moved'],
    ['N as the signing certificate, by both', { issuerThumbprints: both(NEWER) }, 'moved'],
    ['O as the signing certificate', { issuerThumbprints: both(OLDER) }, 'old'],
    ['thumbprints of two certificates', { issuerThumbprints: [...sha1(NEWER), ...sha256(OLDER)] }, 'unknown'],
    ['the root as the signing certificate', { issuerThumbprints: both(ROOT) }, 'unknown'],
    ['a signing certificate that nobody knows', { issuerThumbprints: ['AB'.repeat(20)] }, 'unknown'],
    [
      'N as the signing certificate, and a certificate under O',
      { certificate: underOlder, issuerThumbprints: sha1(NEWER) },
      'unknown',
    ],
    [
      'O as the signing certificate, and a certificate under N',
      { certificate: underNewer, issuerThumbprints: sha1(OLDER) },
      'unknown',
    ],
    [
      'N, and a certificate whose issuer nobody knows',
      { certificate: underLine, issuerThumbprints: sha1(NEWER) },
      'moved',
    ],
    [
      'N, and a certificate of another device',
      { certificate: newerOfAnother, issuerThumbprints: sha1(NEWER) },
      'unknown',
    ],
  ])('%s', (_, told, finding) => {
    expect(findingOn(told)).toBe(finding);
  });
});

describe('a device below an intermediate', () => {
  it.each<[string, Told, readonly Signed[], string]>([
    ['that no vault holds', { certificate: underLine }, [], 'unknown'],
    ['that N has certified', { certificate: underLine }, [LINE], 'moved'],
    ['that N has certified, by its thumbprint', { issuerThumbprints: sha1(LINE) }, [LINE], 'moved'],
    ['that O has certified', { certificate: underLine }, [LINE_BEFORE], 'old'],
    ['that both have certified', { certificate: underLine }, [LINE, LINE_BEFORE], 'unknown'],
    ['that both have certified, by its thumbprint', { issuerThumbprints: sha1(LINE) }, [LINE, LINE_BEFORE], 'unknown'],
    [
      'that both have certified, though DPS names N',
      { certificate: underLine, issuerThumbprints: sha1(NEWER) },
      [LINE, LINE_BEFORE],
      'unknown',
    ],
  ])('%s', (_, told, known, finding) => {
    expect(findingOn(told, succeeded(known))).toBe(finding);
  });
});

describe('a device where both generations have one key', () => {
  const against = succeeded([], SAME_KEY);
  it.each<[string, Told, string]>([
    ['with a certificate that is older than N is old', { certificate: olderBeforeN }, 'old'],
    ['with a certificate since then is unknown', { certificate: sameKeyLeaf }, 'unknown'],
    ['is unknown, though DPS names N', { issuerThumbprints: sha1(SAME_KEY) }, 'unknown'],
    ['is unknown, though DPS names O', { issuerThumbprints: sha1(OLDER) }, 'unknown'],
  ])('%s', (_, told, finding) => {
    expect(findingOn(told, against)).toBe(finding);
  });
});

describe('evidence and the record of the registration', () => {
  const at = (minutes: number) => ({ lastUpdated: new Date(NOW.getTime() + minutes * MINUTE_MS) });
  it.each<[string, Partial<Registration>, string]>([
    ['of the same moment', {}, 'moved'],
    ['with the record 14 minutes later', at(14), 'moved'],
    ['with the record 14 minutes before', at(-14), 'moved'],
    ['with the record 16 minutes later', at(16), 'unknown'],
    ['with the record 16 minutes before', at(-16), 'unknown'],
    ['with a record that has no date', { lastUpdated: undefined }, 'unknown'],
    ['of another device', { registrationId: 'device-2' }, 'unknown'],
    ['of the device in another case', { registrationId: 'Device-1' }, 'moved'],
  ])('%s', (_, given, finding) => {
    const told = attestation({ certificate: underNewer });
    expect(deviceFinding(told, registration(given), succeeded())).toBe(finding);
  });

  it('none of it is unknown', () => {
    expect(deviceFinding(undefined, registration(), succeeded())).toBe('unknown');
  });
});
