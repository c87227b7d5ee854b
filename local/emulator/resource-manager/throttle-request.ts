import { ServiceError, type ServiceRequest } from '../service.ts';
import { armFailure } from './errors.ts';
import type { Throttle, ThrottledKind } from './throttle.ts';

/** What the two headers say that come with writes and deletes while there is no limit; they were recorded so. */
const UNTOUCHED = 199;
const UNTOUCHED_BY_ALL = '2999';

/**
 * Counts a request against the limits of whoever sends it, before anything else is looked at, as ARM's front end does.
 * Throws the 429, `SubscriptionRequestsThrottled`, in words that have been seen.
 * @returns headers for the answer: only writes and deletes tell how many more are left, by the recordings
 */
export function throttleRequest(
  request: ServiceRequest,
  throttle: Throttle,
  subscriptionId: string,
  now: Date,
): Readonly<Record<string, string>> {
  const kind = kindOf(request.method);
  const actor = actorOf(request.headers.authorization);
  const taken = throttle.take(kind, actor, now);
  if (taken !== undefined && 'retryAfter' in taken) throw throttled(kind, subscriptionId, actor, taken.retryAfter);
  if (kind === 'reads') return {};
  const limit = 'x-ms-ratelimit-remaining-subscription';
  return {
    [`${limit}-${kind}`]: String(taken?.remaining ?? UNTOUCHED),
    [`${limit}-global-${kind}`]: UNTOUCHED_BY_ALL,
  };
}

function kindOf(method: string): ThrottledKind {
  if (method === 'GET') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

/** The token's `oid`; its signature has been checked already. Empty where there is no token: calls within the process. */
function actorOf(authorization: string | undefined): string {
  const claims = authorization?.split('.')[1];
  if (claims === undefined) return '';
  const { oid } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly oid?: unknown };
  return String(oid ?? '');
}

function throttled(kind: ThrottledKind, subscription: string, actor: string, retryAfter: number): ServiceError {
  const message =
    `Number of '${kind.slice(0, -1)}' requests for subscription '${subscription}' actor '${actor}' exceeded. Please try ` +
    `again after '${retryAfter}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling ` +
    'for additional information.';
  const response = armFailure(429, 'SubscriptionRequestsThrottled', message);
  return new ServiceError(message, { ...response, headers: { 'retry-after': String(retryAfter) } });
}
