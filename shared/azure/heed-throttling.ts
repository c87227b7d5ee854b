import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/**
 * At the third of a second that an answer takes, about as many in a second as Azure's bucket of reads is refilled by.
 * Writes, of which it takes fewer, are spared besides (spare-limits.ts).
 */
const MOST_AT_ONCE = 8;
/** So many answers in a row without a refusal, and requests go side by side again. */
const CALM_ANSWERS = 50;
/** Whoever is told to come back in a second, and is refused again then, waits no longer than this. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * For the `additionalPolicies` of a client of the resource manager: what one request is refused with 429, the others of
 * this client heed, too. Each by itself, the SDK's retries would all come back after the same second, for the few tokens
 * that are there by then. From a refusal on, requests wait until the time that it names is over, and go one at a time until
 * it has been calm for a while; a refusal after a pause doubles the next one. Nothing is sent again here: that is the
 * SDK's to do, and the queue's after that.
 * @param random 0 (inclusive) to 1: processes that were refused together do not come back together
 */
export function heedThrottling(random: () => number): AdditionalPolicy {
  // One for all: Azure counts reads, writes and deletes apart, but who has been refused one does well to ask for less.
  const lane = createLane(random);
  return {
    // After the retries: each attempt waits, and each answer counts.
    position: 'perRetry',
    policy: {
      name: 'heedThrottling',
      sendRequest: async (request, next) => {
        const pauses = await lane.enter();
        try {
          const response = await next(request);
          if (response.status === 429) lane.refused(pauses, Number(response.headers.get('retry-after')));
          else lane.answered();
          return response;
        } finally {
          lane.leave();
        }
      },
    },
  };
}

/** The requests of one client. Whoever has entered must leave. */
interface Lane {
  /** Waits for a turn. Returns how many pauses there have been. */
  enter(): Promise<number>;
  leave(): void;
  answered(): void;
  /**
   * Begins a pause, twice as long as the one before.
   * @param pauses as `enter` gave it: after another pause began, the refusal of what was on its way tells nothing new
   * @param retryAfter seconds; a missing or unreadable one is 0 or NaN, and counts as 1
   */
  refused(pauses: number, retryAfter: number): void;
}

function createLane(random: () => number): Lane {
  const waiting: (() => void)[] = [];
  let [active, room, pauses, pauseMs, calm] = [0, MOST_AT_ONCE, 0, 0, 0];
  let isPaused = false;
  const admit = () => {
    while (!isPaused && active < room) {
      const next = waiting.shift();
      if (next === undefined) return;
      active += 1;
      next();
    }
  };
  return {
    enter: async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        admit();
      });
      return pauses;
    },
    leave: () => {
      active -= 1;
      admit();
    },
    answered: () => {
      calm += 1;
      if (calm >= CALM_ANSWERS) [room, pauseMs] = [MOST_AT_ONCE, 0];
    },
    refused: (known, retryAfter) => {
      calm = 0;
      if (known !== pauses) return;
      const askedMs = Math.max(1, retryAfter || 1) * 1000;
      pauseMs = Math.max(askedMs, Math.min(LONGEST_PAUSE_MS, pauseMs * 2));
      [room, pauses, isPaused] = [1, pauses + 1, true];
      setTimeout(
        () => {
          isPaused = false;
          admit();
        },
        pauseMs * (1 + random() / 4),
      );
    },
  };
}
