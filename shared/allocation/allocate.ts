import type { JsonObject } from '../json.ts';
import type { AllocationRequest } from './allocation-request.ts';
import type { DenialReason } from './denial-reasons.ts';
import type { HubWeights } from './hub-weights.ts';
import { matches } from './matches.ts';
import { type Candidate, chooseHub } from './rendezvous.ts';
import { DEFAULT_RULE, type Outcome, type Rule, type Rules } from './rules.ts';

/** Of a DPS's 50 linked hubs, the ones that a message lists. */
const SHOWN_HUBS = 5;

/** A device is allocated. */
export interface Allocation {
  /** One of the request's linked hubs, in DPS's spelling. */
  readonly hub: string;
  readonly initialTwin?: JsonObject;
  readonly payload?: JsonObject;
  /** Name of the rule that decided. */
  readonly rule: string;
}

/** A device is not allocated. */
export interface Denial {
  readonly denied: DenialReason;
  /** For people: a rule's own words, or what is amiss with the hubs. */
  readonly message: string;
  readonly rule: string;
}

/** Decides where a device goes. Always the same for the same arguments, whatever the order of the linked hubs. */
export function allocate(request: AllocationRequest, rules: Rules, weights: HubWeights): Allocation | Denial {
  const { name, outcome } = ruleFor(request, rules);
  if ('deny' in outcome) return { denied: 'rule-denied', message: outcome.deny, rule: name };
  const hub = hubFor(request, outcome, weights);
  if (hub === undefined) return { ...noHub(request), rule: name };
  const { initialTwin, payload } = outcome;
  return { hub, ...(initialTwin && { initialTwin }), ...(payload && { payload }), rule: name };
}

/** The rule that decides on a device: the first that matches, else the default rule. */
export function ruleFor(request: AllocationRequest, rules: Rules): Rule {
  return rules.find(({ match }) => matches(match, request)) ?? DEFAULT_RULE;
}

type Placing = Exclude<Outcome, { readonly deny: string }>;

/**
 * The linked hubs that a device may go to, with their weights: the rule's, else the DPS resource's, else 1. A weight of
 * 0 is no candidate.
 */
export function candidatesFor({ linkedHubs }: AllocationRequest, { hubs }: Placing, weights: HubWeights): Candidate[] {
  const candidates: Candidate[] = [];
  for (const hub of linkedHubs) {
    const key = hub.toLowerCase();
    const known = weights.get(key);
    if (hubs === undefined ? known?.applies === false : !hubs.has(key)) continue;
    const weight = hubs?.get(key) ?? known?.weight ?? 1;
    if (weight > 0) candidates.push({ hub, key, weight });
  }
  return candidates;
}

function hubFor(request: AllocationRequest, outcome: Placing, weights: HubWeights): string | undefined {
  const { registrationId, currentHub, linkedHubs, enrollment } = request;
  const current = currentHub?.toLowerCase();
  // To an enrollment that never reprovisions DPS offers the present hub alone and keeps the device there whatever is
  // answered. A denial would move nothing either: it would only keep the device from connecting.
  const [only] = linkedHubs;
  if (enrollment.keepsHub && only !== undefined && linkedHubs.length === 1 && only.toLowerCase() === current)
    return only;
  const candidates = candidatesFor(request, outcome, weights);
  const kept = outcome.sticky ? candidates.find(({ key }) => key === current) : undefined;
  return kept?.hub ?? chooseHub(registrationId, candidates);
}

function noHub({ linkedHubs }: AllocationRequest): Omit<Denial, 'rule'> {
  if (linkedHubs.length === 0) {
    const message = 'Cannot choose a hub: the request names no linked hub. Link one to the DPS or to the enrollment.';
    return { denied: 'no-linked-hub', message };
  }
  const more = linkedHubs.length > SHOWN_HUBS ? ` and ${linkedHubs.length - SHOWN_HUBS} more` : '';
  const message =
    `Cannot choose a hub: of the linked ones (${linkedHubs.slice(0, SHOWN_HUBS).join(', ')}${more}) none is a ` +
    'candidate. Link a hub that the rule names, or give one a weight above 0.';
  return { denied: 'no-candidate-hub', message };
}
