import { describe, expect, it } from 'vitest';
import { paceOf } from '../../../shared/operations/pace.ts';
import type { Enrollments } from '../../../shared/ports.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2027-01-01T00:00:00Z');

/** A clock that moves on by nothing but pauses, each shorter or longer than asked for by a factor that repeats. */
function paused(factors: readonly number[] = [1]) {
  let at = START;
  let pauses = 0;
  return {
    now: () => new Date(at),
    pause: async (milliseconds: number) => {
      at += milliseconds * (factors[pauses % factors.length] ?? 1);
      pauses += 1;
    },
    pauses: () => pauses,
    pass: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

const someDps = () => ({}) as Enrollments;

/** The most operations that any minute has seen. */
function most(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE_MS).length));
}

async function operate(pace: () => Promise<void>, clock: ReturnType<typeof paused>, count: number): Promise<number[]> {
  const times = [];
  for (let done = 0; done < count; done += 1) {
    await pace();
    times.push(clock.now().getTime());
  }
  return times;
}

describe('the pace of operations on a DPS', () => {
  it.each([
    ['pauses as long as asked for', [1]],
    ['pauses half as long or half as long again', [0.5, 1.5, 0.5, 0.5, 1.5, 1.5]],
  ])('is at most 500 in any minute, and nearly as many: %s', async (_what, factors) => {
    const clock = paused(factors);
    const times = await operate(paceOf(someDps(), clock), clock, 2_000);
    expect(most(times)).toBeLessThanOrEqual(501);
    // 2,000 at 450 a minute, but for the first 50.
    expect((times.at(-1) ?? 0) - START).toBeLessThan((2_000 / 450) * MINUTE_MS);
  });

  it('lets a few go at once, and again after a rest', async () => {
    const clock = paused();
    const pace = paceOf(someDps(), clock);
    await operate(pace, clock, 50);
    expect(clock.pauses()).toBe(0);
    await pace();
    expect(clock.pauses()).toBe(1);
    clock.pass(MINUTE_MS);
    await operate(pace, clock, 50);
    expect(clock.pauses()).toBe(1);
  });

  it('is one for all that operate on the same DPS, and another for another', async () => {
    const clock = paused();
    const dps = someDps();
    const times = await operate(paceOf(dps, clock), clock, 400);
    times.push(...(await operate(paceOf(dps, clock), clock, 400)));
    expect(most(times)).toBeLessThanOrEqual(501);
    const before = clock.pauses();
    await operate(paceOf(someDps(), clock), clock, 50);
    expect(clock.pauses()).toBe(before);
  });

  it('never pauses long, so that whoever has a deadline can look at the clock', async () => {
    const clock = paused();
    const pace = paceOf(someDps(), clock);
    let last = clock.now().getTime();
    for (let done = 0; done < 600; done += 1) {
      await pace();
      expect(clock.now().getTime() - last).toBeLessThan(1_000);
      last = clock.now().getTime();
    }
  });
});
