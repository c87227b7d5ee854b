import { describe, expect, it } from 'vitest';
import { within } from '../../shared/within.ts';

/** A timer that goes off when it is told to. */
function heldTimer() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked: { milliseconds: number; signal: AbortSignal }[] = [];
  const after = (milliseconds: number, signal: AbortSignal) => {
    asked.push({ milliseconds, signal });
    return promise;
  };
  return { after, goesOff: resolve, asked };
}

describe('within', () => {
  it('is what the work comes to, and gives the timer up', async () => {
    const { after, asked } = heldTimer();
    expect(await within(2000, async () => 'done', after)).toBe('done');
    expect(asked.map(({ milliseconds, signal }) => [milliseconds, signal.aborted])).toEqual([[2000, true]]);
  });

  it('throws what the work throws', async () => {
    await expect(within(2000, () => Promise.reject(new Error('no')), heldTimer().after)).rejects.toThrow('no');
  });

  it('is over when the time is, and tells the work', async () => {
    const { after, goesOff } = heldTimer();
    let told: AbortSignal | undefined;
    const ended = within(
      2000,
      (signal) => {
        told = signal;
        return new Promise(() => undefined);
      },
      after,
    );
    goesOff();
    await expect(ended).rejects.toThrow('more than 2000 ms');
    expect(told?.aborted).toBe(true);
  });
});
