import { allocate } from '../../shared/allocation/allocate.ts';
import type { AllocationRequest } from '../../shared/allocation/allocation-request.ts';
import type { HubWeights } from '../../shared/allocation/hub-weights.ts';
import type { Rules } from '../../shared/allocation/rules.ts';

/** The devices as certain rules have placed them: those without a hub have the one that these rules give, if any. */
export function placeBy(
  requests: readonly AllocationRequest[],
  rules: Rules,
  weights: HubWeights,
): readonly AllocationRequest[] {
  return requests.map((request) => {
    if (request.currentHub !== undefined) return request;
    const decision = allocate(request, rules, weights);
    return 'denied' in decision ? request : { ...request, currentHub: decision.hub };
  });
}
