import type { JsonObject } from '../json.ts';
import type { Allocation, Denial } from './allocate.ts';

/** What the webhook answers to DPS. */
export interface AllocationResponse {
  /** 200, or 400: DPS asks again from 429 upwards, and asking again would change nothing. */
  readonly status: 200 | 400;
  /** AllocationResponse, or why there is none. DPS does not show the latter to the device; it is for whoever tries. */
  readonly body: JsonObject;
}

/**
 * The wire form of a decision. `initialTwin` and `payload` are left out where no rule gives them: DPS then takes the
 * enrollment's own twin, and sends the device no payload.
 */
export function allocationResponse(decision: Allocation | Omit<Denial, 'rule'>): AllocationResponse {
  if ('denied' in decision) return { status: 400, body: { reason: decision.denied, message: decision.message } };
  const { hub, initialTwin, payload } = decision;
  return {
    status: 200,
    body: { iotHubHostName: hub, ...(initialTwin && { initialTwin }), ...(payload && { payload }) },
  };
}
