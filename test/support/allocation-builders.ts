import { type AllocationRequest, parseAllocationRequest } from '../../shared/allocation/allocation-request.ts';
import { parseRules } from '../../shared/allocation/parse-rules.ts';
import type { Rules } from '../../shared/allocation/rules.ts';

/** Hubs by their short names. */
export const HUBS = ['hub-a', 'hub-b', 'hub-c'].map((name) => `${name}.azure-devices.net`);

/** A request of a device of an enrollment group, as if DPS had sent it. */
export function request(overrides: Partial<AllocationRequest> = {}): AllocationRequest {
  return {
    enrollment: { kind: 'group', id: 'plant-a', keepsHub: false },
    registrationId: 'device-001',
    currentHub: undefined,
    linkedHubs: HUBS,
    certificate: undefined,
    payload: undefined,
    ...overrides,
  };
}

/** Rules from their JSON value; throws if they have faults. */
export function rulesOf(...rules: readonly object[]): Rules {
  const parsed = parseRules(JSON.stringify({ rules }));
  if ('rules' in parsed) return parsed.rules;
  throw new Error(parsed.faults.join('\n'));
}

/** What a parser of requests finds; throws if the body has faults. */
export function requestOf(body: unknown): AllocationRequest {
  const parsed = parseAllocationRequest(body);
  if ('request' in parsed) return parsed.request;
  throw new Error(parsed.faults.join('\n'));
}

/** The faults of rules; empty if they have none. */
export function faultsOf(rules: unknown): readonly string[] {
  const parsed = parseRules(typeof rules === 'string' ? rules : JSON.stringify(rules));
  return 'faults' in parsed ? parsed.faults : [];
}
