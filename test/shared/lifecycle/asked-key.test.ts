import { describe, expect, it } from 'vitest';
import { type AskedKey, askedKey, keepsKey } from '../../../shared/lifecycle/asked-key.ts';
import type { Observed } from '../../../shared/lifecycle/observed.ts';
import { generation, ISSUER, observed, tags } from '../../support/builders.ts';

const SELF = { kind: 'self' } as const;
const FOUND = {
  kind: 'found',
  isRekeyed: false,
  signers: [],
  ca: { vaultUrl: 'https://kv-root.vault.azure.net', name: 'root' },
  generation: ISSUER,
} as const;
const seeds = [generation({}, 'seed')];

const policy = (reuseKey: boolean): Partial<Observed['vault']> => ({
  keyPolicy: { keyType: 'EC', reuseKey, exportable: false },
});

describe('the next generation keeps the key', () => {
  it.each([
    [undefined, true, true],
    [undefined, false, false],
    ['same', false, true],
    ['new', true, false],
  ])('by the tag renew-key=%s, where the policy says reuse_key %s: %s', (tag, reuseKey, expected) => {
    const given = observed(tag === undefined ? {} : { tags: tags({ 'renew-key': tag }) }, policy(reuseKey));
    expect(keepsKey(given)).toBe(expected);
  });
});

describe('the key to ask for', () => {
  it.each<[string, Partial<Observed['vault']>, AskedKey]>([
    ['for a subordinate is a new one', { issuer: FOUND }, 'new'],
    ['for a subordinate that keeps its key is the same', { issuer: FOUND, ...policy(true) }, 'same'],
    ['for a root that keeps its key is the same', { issuer: SELF, ...policy(true) }, 'same'],
    ['for a root with a new key begins with a seed', { issuer: SELF }, 'seed'],
    ['for a root with a seed is the same as the seed has', { issuer: SELF, seeds }, 'same'],
    [
      'for a root that keeps its key is the same, whatever seeds are left',
      { issuer: SELF, seeds, ...policy(true) },
      'same',
    ],
    ['where no issuer is in a vault is a new one: somebody else signs', { issuer: { kind: 'missing' } }, 'new'],
  ])('%s', (_, vault, expected) => {
    expect(askedKey(observed({}, vault))).toBe(expected);
  });
});
