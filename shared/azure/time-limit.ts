import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/** The slowest answer, a page of 1,000 enrollments, takes seconds. */
export const TIME_LIMIT_MS = 60_000;

/**
 * For an SDK client's `additionalPolicies`, the last of them: a request that has no answer after a minute fails with an
 * ordinary Error. By themselves the SDKs wait for as long as the connection seems to stand; one that a firewall has
 * dropped without a word would hold up, until the host ends the process, everybody who shares the read.
 * @param limitMs of each try by itself; waits between tries do not count
 */
export function timeLimit(limitMs = TIME_LIMIT_MS): AdditionalPolicy {
  return {
    position: 'perRetry',
    policy: {
      name: 'timeLimit',
      sendRequest: async (request, next) => {
        const { abortSignal } = request;
        // Not `request.timeout`: where the connection fails the SDK leaves that timer behind, and with it the process.
        const limit = AbortSignal.timeout(limitMs);
        request.abortSignal = abortSignal instanceof AbortSignal ? AbortSignal.any([abortSignal, limit]) : limit;
        try {
          return await next(request);
        } catch (error) {
          if (!limit.aborted || abortSignal?.aborted === true) throw error;
          const { origin } = new URL(request.url);
          throw new Error(`${origin} has not answered within ${limitMs / 1000} seconds`, { cause: error });
        } finally {
          if (abortSignal === undefined) delete request.abortSignal;
          else request.abortSignal = abortSignal;
        }
      },
    },
  };
}
