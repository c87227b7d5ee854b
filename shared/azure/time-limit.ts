import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/** The slowest answer, a page of 1,000 enrollments, takes seconds. */
const TIME_LIMIT_MS = 60_000;

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
        // Not `request.timeout`, nor `AbortSignal.timeout`: where the connection fails the SDK leaves the timer of the one
        // behind, and with it the process; the other keeps every answer for as long as the limit.
        const limit = new AbortController();
        const abort = () => limit.abort();
        let isOver = false;
        const timer = setTimeout(() => {
          isOver = true;
          abort();
        }, limitMs);
        if (abortSignal?.aborted === true) abort();
        abortSignal?.addEventListener('abort', abort);
        request.abortSignal = limit.signal;
        try {
          return await next(request);
        } catch (error) {
          if (!isOver || abortSignal?.aborted === true) throw error;
          const { origin } = new URL(request.url);
          throw new Error(`${origin} has not answered within ${limitMs / 1000} seconds`, { cause: error });
        } finally {
          clearTimeout(timer);
          abortSignal?.removeEventListener('abort', abort);
          if (abortSignal === undefined) delete request.abortSignal;
          else request.abortSignal = abortSignal;
        }
      },
    },
  };
}
