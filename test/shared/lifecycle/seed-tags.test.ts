import { describe, expect, it } from 'vitest';
import { policyBeforeSeed, seedTags } from '../../../shared/lifecycle/seed-tags.ts';
import { commonName } from '../../../shared/x509/name.ts';
import { generation, observed } from '../../support/builders.ts';

/** A root with these tags, whose policy reuses keys or does not. */
function root(tags: Record<string, string>, reuseKey: boolean) {
  const keyPolicy = { keyType: 'EC', reuseKey, exportable: false };
  return observed({}, { generations: [{ ...generation({ subject: commonName('Root') }), tags }], keyPolicy });
}

describe('before its seed is made, a root remembers', () => {
  it.each([
    ['a policy with new keys', {}, false, { 'renew-key': 'new' }],
    ['a policy that reuses keys', {}, true, { 'renew-key': 'new', 'policy-reuse-key': 'true' }],
    [
      'the same after the seed has changed the policy',
      { 'renew-key': 'new', 'policy-reuse-key': 'true' },
      false,
      { 'renew-key': 'new', 'policy-reuse-key': 'true' },
    ],
    ['nothing of a former time', { 'policy-reuse-key': 'true' }, false, { 'renew-key': 'new' }],
    ['the tags of others', { owner: 'pki' }, false, { owner: 'pki', 'renew-key': 'new' }],
  ])('%s', (_, tags, reuseKey, expected) => {
    expect(seedTags(root(tags, reuseKey))).toEqual(expected);
  });

  it.each([
    [{}, false],
    [{ 'policy-reuse-key': 'true' }, true],
  ])('which policy to restore: %j', (tags, reuseKey) => {
    expect(policyBeforeSeed(root(tags, false)).key.reuseKey).toBe(reuseKey);
  });
});
