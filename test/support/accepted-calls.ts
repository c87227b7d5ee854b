import type { LoggedRequest } from '../../local/emulator/control/traffic.ts';

/**
 * The requests that count as calls: authenticated ones to the resource manager, the vaults and DPS. Token requests, what
 * needs no token, and the 401 challenges by which Key Vault's clients learn where to get one are none.
 */
export function accepted(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.filter(({ service, status }) => service !== 'identity' && status !== 401);
}

/**
 * The calls that came in at a time or later.
 * @param at ISO 8601, by the same machine's clock
 */
export function callsSince(requests: readonly LoggedRequest[], at: string): LoggedRequest[] {
  return accepted(requests).filter((request) => request.at >= at);
}
