import type { NewRequest } from '../ports.ts';
import { newRequest } from './new-request.ts';
import type { Observed } from './observed.ts';

/** Written beside `renew-key=new` where the policy says that keys are reused: the seed's policy cannot say so any more. */
const REUSE_KEY = 'policy-reuse-key';

/**
 * The tags of a root's newest generation before its seed is made: what the seed's policy will not tell. Once the intent
 * is written down the policy may be a seed's already, and the tags are what counts.
 */
export function seedTags({ vault }: Observed): Readonly<Record<string, string>> {
  const { tags } = vault.generations[0];
  const { [REUSE_KEY]: reuseKey, ...others } = tags;
  const reuses = vault.keyPolicy.reuseKey || (tags['renew-key'] === 'new' && reuseKey === 'true');
  return { ...others, 'renew-key': 'new', ...(reuses && { [REUSE_KEY]: 'true' }) };
}

/** The policy that a root had before a seed changed it. */
export function policyBeforeSeed(observed: Observed): NewRequest {
  const request = newRequest(observed, 'new');
  const reuseKey = observed.vault.generations[0].tags[REUSE_KEY] === 'true';
  return { ...request, key: { ...request.key, reuseKey } };
}
