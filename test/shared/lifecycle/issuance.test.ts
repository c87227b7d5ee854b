import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issuance } from '../../../shared/lifecycle/issuance.ts';
import { newestOf, type Observed } from '../../../shared/lifecycle/observed.ts';
import { CA, days, generation, ISSUER, NOW, observed } from '../../support/builders.ts';

const SELF = { kind: 'self' } as const;
const FOUND = {
  kind: 'found',
  isRekeyed: false,
  signers: [],
  ca: { vaultUrl: 'https://kv-root.vault.azure.net', name: 'root' },
} as const;
/** In its window: 20 of 365 days are left. */
const DUE = { notBefore: days(-345), notAfter: days(20) };
const REUSING = { ...observed().vault.keyPolicy, reuseKey: true };
const BACK_DATED_MS = 600_000;

function decide(vault: Partial<Observed['vault']>) {
  const given = observed({}, { generations: [generation(DUE)], ...vault });
  return issuance(given, newestOf(given), 'window-open', NOW);
}

const asLongAsBefore = new Date(days(365).getTime() - BACK_DATED_MS);

describe('a renewal is signed', () => {
  it.each<[string, Partial<Observed['vault']>, object]>([
    [
      "by the issuer's newest generation",
      { issuer: { ...FOUND, generation: ISSUER } },
      { ca: FOUND.ca, generation: ISSUER },
    ],
    ['by a root itself', { issuer: SELF }, { ca: CA, generation: generation(DUE) }],
    [
      "by a root's newest seed",
      { issuer: SELF, seeds: [generation({}, 's2'), generation({}, 's1')] },
      { ca: CA, generation: { version: 's2' } },
    ],
    [
      'by the issuer, whatever seeds are left',
      { issuer: { ...FOUND, generation: ISSUER }, seeds: [generation({}, 's1')] },
      { generation: ISSUER },
    ],
  ])('%s, for as long as its predecessor lived', (_, vault, issuer) => {
    const step = decide(vault);
    expect(step).toMatchObject({ issuer, validity: { notAfter: asLongAsBefore } });
  });

  it("until its issuer's notAfter at most, which a root does not have", () => {
    const issuer = { ...FOUND, generation: generation({ notBefore: days(-3000), notAfter: days(200) }) };
    expect(decide({ issuer })).toMatchObject({ validity: { notAfter: days(200) } });
    expect(decide({ issuer: SELF })).toMatchObject({ validity: { notAfter: asLongAsBefore } });
  });
});

describe('a renewal is not signed, but', () => {
  const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey;
  const spki = new Uint8Array(p521.export({ type: 'spki', format: 'der' }));
  it.each<[string, Partial<Observed['vault']>, object]>([
    ['waits while the issuer is due itself', { isIssuerDue: true }, { step: 'wait', reason: 'issuer-due' }],
    [
      'waits while a vault cannot be read',
      { issuer: { kind: 'unknown', detail: 'timeout' } },
      { step: 'wait', reason: 'vault-unreadable', detail: 'timeout' },
    ],
    [
      'refused without an issuer',
      { issuer: { kind: 'missing' } },
      { step: 'refuse', reason: 'issuer-not-in-vault', detail: `certificate ${'A'.repeat(40)}` },
    ],
    [
      'refused for a key that cannot be used',
      { issuer: SELF, generations: [generation({ ...DUE, spki })] },
      { step: 'refuse', reason: 'unsupported-key' },
    ],
    [
      'refused for an issuer whose key cannot be used',
      { issuer: { ...FOUND, generation: generation({ ...ISSUER.certificate, spki }) } },
      { step: 'refuse', reason: 'unsupported-key' },
    ],
    [
      'refused for an issuer that has expired',
      { issuer: { ...FOUND, generation: generation({ notAfter: days(-1) }) } },
      { step: 'refuse', reason: 'issuer-unusable', detail: expect.stringContaining('root, valid ') },
    ],
    [
      'refused for a root that has expired and keeps its key',
      { issuer: SELF, generations: [generation({ notAfter: days(-1) })], keyPolicy: REUSING },
      { step: 'refuse', reason: 'issuer-unusable', detail: expect.stringContaining('plant-a-ca, valid ') },
    ],
    [
      'refused where nothing is gained, until the issuer is renewed',
      { issuer: { ...FOUND, generation: generation({ notBefore: days(-3000), notAfter: days(25) }) } },
      { step: 'refuse', reason: 'issuer-first', detail: `root expires at ${days(25).toISOString()}` },
    ],
  ])('%s', (_, vault, step) => {
    expect(decide(vault)).toMatchObject(step);
  });

  it('goes on for a root that has expired and gets a new key, which will sign it', () => {
    const generations = [generation({ notAfter: days(-1) })] as const;
    expect(decide({ issuer: SELF, generations })).toHaveProperty('validity');
  });

  it('refuses to sign with a seed that has expired, and says which version to disable', () => {
    const seeds = [generation({ notAfter: days(-1) }, 's1')];
    const step = decide({ issuer: SELF, generations: [generation({ notAfter: days(-1) })], seeds });
    expect(step).toMatchObject({ reason: 'issuer-unusable', detail: expect.stringContaining('version s1') });
  });

  it('is signed by the seed of a root that has expired meanwhile', () => {
    const generations = [generation({ notAfter: days(-1) })] as const;
    expect(decide({ issuer: SELF, generations, seeds: [generation({}, 's1')] })).toMatchObject({
      issuer: { generation: { version: 's1' } },
    });
  });
});
