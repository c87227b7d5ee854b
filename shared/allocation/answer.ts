import type { Attestation } from '../ports.ts';
import { type Allocation, allocate, type Denial } from './allocate.ts';
import { type AllocationRequest, parseAllocationRequest } from './allocation-request.ts';
import { attestationOf } from './attestation-of.ts';
import { type PublishedWeights, publishedWeights } from './published-hubs.ts';
import { readBody } from './read-body.ts';
import type { Rules } from './rules.ts';

/** What the webhook makes of one call. */
export type Answer =
  /** `attestation`: evidence to keep, whatever the CA. */
  | {
      readonly request: AllocationRequest;
      readonly decision: Allocation;
      readonly gap: PublishedWeights['gap'];
      readonly attestation: Attestation;
    }
  /** `request` is `undefined` where the body is none. */
  | { readonly request: AllocationRequest | undefined; readonly decision: Omit<Denial, 'rule'> };

/** What a call of the webhook is decided on. */
export interface Given {
  readonly body: Uint8Array;
  readonly rules: Rules;
  /** The document of `publishedWeights`. */
  readonly hubs: unknown;
  readonly now: Date;
}

/** Decides on a call: parse, decide, and what is left to keep. A device that is denied has not registered. Never throws. */
export function answer({ body, rules, hubs, now }: Given): Answer {
  const read = readBody(body);
  const parsed = 'fault' in read ? { faults: [read.fault] } : parseAllocationRequest(read.value);
  if ('faults' in parsed) {
    return { request: undefined, decision: { denied: 'malformed-request', message: parsed.faults.join('; ') } };
  }
  const { request } = parsed;
  const { weights, gap } = publishedWeights(hubs, now);
  const decision = allocate(request, rules, weights);
  if ('denied' in decision) return { request, decision };
  return { request, decision, gap, attestation: attestationOf(request, now) };
}
