/** Resolves after so many milliseconds; rejects as soon as the signal is given. */
export type After = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/**
 * What the work comes to, if that takes no longer than so many milliseconds. Else throws an Error that says so, and
 * signals the work that nobody waits for it any more.
 */
export async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>, after: After): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = after(limitMs, done.signal).then((): never => {
    late.abort();
    throw new Error(`it has taken more than ${limitMs} ms`);
  });
  try {
    return await Promise.race([work(late.signal), limit]);
  } finally {
    done.abort();
  }
}
