import type { Observed } from './observed.ts';

/**
 * Which key a new version is asked for: a new one, the one of the version before, or, for a root with a new key, a
 * seed: Key Vault does not let a key sign before it has a certificate, so a root's new key needs one to begin with.
 */
export type AskedKey = 'new' | 'same' | 'seed';

/** Whether the next generation keeps the key: the tag `renew-key`, else what the policy says. */
export function keepsKey({ tags, vault }: Observed): boolean {
  return tags.renewKey === undefined ? vault.keyPolicy.reuseKey : tags.renewKey === 'same';
}

/** Which key to ask for next. */
export function askedKey(observed: Observed): AskedKey {
  const { issuer, seeds } = observed.vault;
  if (keepsKey(observed)) return 'same';
  // A root whose request somebody else signs needs no key that can sign here.
  if (issuer.kind !== 'self') return 'new';
  return seeds.length === 0 ? 'seed' : 'same';
}
