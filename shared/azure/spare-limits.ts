import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/** Of the 200 writes, and as many deletes, that Azure lets one principal have in a subscription at once. */
const RESERVE = 20;
/** A pause for each one that is missing from the reserve: ten processes together then ask for the ten a second that come back. */
const PAUSE_MS = 50;

const REMAINING = 'x-ms-ratelimit-remaining-subscription';

/**
 * For the `additionalPolicies` of a client of the resource manager, which is one for each subscription: Azure says with
 * each answer to a write how many more there may be, to whatever process of this app asks next. Into the last of them
 * requests go one after the other, with pauses that grow as the number falls, so that none is refused. Reads, whose answers
 * tell nothing, and what is refused all the same are left to `heedThrottling`.
 * @param random 0 (inclusive) to 1: processes that see the same number do not ask at the same time
 */
export function spareLimits(random: () => number): AdditionalPolicy {
  const buckets = { writes: createBucket(random), deletes: createBucket(random) };
  return {
    position: 'perRetry',
    policy: {
      name: 'spareLimits',
      sendRequest: async (request, next) => {
        if (request.method === 'GET') return next(request);
        const kind = request.method === 'DELETE' ? 'deletes' : 'writes';
        await buckets[kind].turn();
        const response = await next(request);
        buckets[kind].left(response.headers.get(`${REMAINING}-${kind}`));
        return response;
      },
    },
  };
}

function createBucket(random: () => number) {
  let remaining = RESERVE;
  let last = Promise.resolve();
  const pause = () => {
    const missing = RESERVE - remaining;
    if (missing <= 0) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve, missing * PAUSE_MS * (0.75 + random() / 2)));
  };
  return {
    /** Waits, once those before it have waited. */
    turn: (): Promise<void> => {
      last = last.then(pause);
      return last;
    },
    /** @param header a whole number; anything else tells nothing */
    left: (header: string | undefined): void => {
      if (header !== undefined && /^\d+$/.test(header)) remaining = Number(header);
    },
  };
}
