/** A clock in the test's hand. */
export interface FaultClock {
  now: Date;
}

/** So much shorter is a wait on the machine than by the case's clock. */
const HURRY = 1_000;
/** The SDKs' back-off ends at 8 seconds; what is longer is no wait but a limit on something, and stays what it is. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Has the waits of this thread's libraries (the back-off of the SDKs' pipelines, which cannot be told of another clock)
 * pass a thousand times faster, and by the clock at their full length. Node's own timers, which sockets use, are not
 * touched. Returns what takes it back.
 */
export function hurryWaits(clockOf: () => FaultClock): () => void {
  const real = globalThis.setTimeout;
  const hurried = (callback: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    ms > LONGEST_WAIT_MS
      ? real(callback, ms, ...given)
      : real(() => {
          advance(clockOf(), ms);
          callback(...given);
        }, ms / HURRY);
  globalThis.setTimeout = Object.assign(hurried, real) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = real;
  };
}

export function advance(clock: FaultClock, ms: number): void {
  clock.now = new Date(clock.now.getTime() + ms);
}
