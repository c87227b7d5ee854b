import type { After } from './within.ts';

// The host gives no word to what runs that it will end soon. It tells the process, and the process tells its work here.

interface Work {
  readonly deadline: Date;
  readonly done: Promise<unknown>;
}

const running = new Set<Work>();
let isEnding = false;

/**
 * Does work that stops at its deadline; which is moved to `now` where the process is told to end before.
 * @param deadline of this work alone: it is changed in place, so that whoever holds it heeds the new one
 */
export async function endingInTime<T>(deadline: Date, now: () => Date, work: () => Promise<T>): Promise<T> {
  if (isEnding) moveTo(deadline, now());
  const result = work();
  const entry: Work = { deadline, done: result };
  running.add(entry);
  try {
    return await result;
  } finally {
    running.delete(entry);
  }
}

/**
 * The process is about to end: what runs is to take no further step. Resolves once it has ended, however, or the limit
 * has passed; what begins later has no time at all.
 * @returns how much was running
 */
export async function endSoon(now: () => Date, limitMs: number, after: After): Promise<number> {
  isEnding = true;
  const count = running.size;
  for (const { deadline } of running) moveTo(deadline, now());
  const impatience = new AbortController();
  const done = Promise.allSettled([...running].map((work) => work.done));
  await Promise.race([done, after(limitMs, impatience.signal).catch(() => undefined)]);
  impatience.abort();
  return count;
}

/** A deadline never moves away. */
function moveTo(deadline: Date, now: Date): void {
  deadline.setTime(Math.min(deadline.getTime(), now.getTime()));
}
