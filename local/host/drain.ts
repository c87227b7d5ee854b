import { setTimeout as delay } from 'node:timers/promises';

/** Work that is under way, so that the host can wait for it before it ends. */
export interface Drain {
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way or the limit has passed; with how much was left. */
  wait(limitInMs: number): Promise<number>;
}

/** Keeps track of work whose failures are somebody else's to report. */
export function createDrain(): Drain {
  const running = new Set<Promise<unknown>>();
  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.allSettled(running);
  };
  return {
    track: (work) => {
      running.add(work);
      const forget = () => running.delete(work);
      work.then(forget, forget);
      return work;
    },
    wait: async (limitInMs) => {
      await Promise.race([settled(), delay(limitInMs, undefined, { ref: false })]);
      return running.size;
    },
  };
}
