import { expect, it, vi } from 'vitest';
import type { After } from '../../shared/within.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const now = () => NOW;
const never: After = () => new Promise(() => undefined);
const seconds = (count: number) => new Date(NOW.getTime() + count * 1000);

/** The module anew: a process ends but once. */
async function ending() {
  vi.resetModules();
  return import('../../shared/ending.ts');
}

it('moves the deadlines of all that runs to now, and waits for its end', async () => {
  const { endingInTime, endSoon } = await ending();
  const steps: string[] = [];
  const work = async (name: string, deadline: Date) => {
    while (NOW < deadline) await new Promise((resolve) => setImmediate(resolve));
    steps.push(name);
    if (name === 'b') throw new Error('has failed');
  };
  const deadlines = [seconds(60), seconds(90)] as const;
  const done = ['a', 'b'].map((name, index) => {
    const deadline = deadlines[index] ?? NOW;
    return endingInTime(deadline, now, () => work(name, deadline)).catch(String);
  });
  expect(deadlines).toEqual([seconds(60), seconds(90)]);
  await endSoon(now, 2500, never);
  expect(steps).toEqual(['a', 'b']);
  expect(await Promise.all(done)).toEqual([undefined, 'Error: has failed']);
  expect(deadlines).toEqual([NOW, NOW]);
});

it('moves no deadline away, nor that of what has ended', async () => {
  const { endingInTime, endSoon } = await ending();
  const [past, over] = [seconds(-60), seconds(60)];
  expect(await endingInTime(over, now, async () => 'done')).toBe('done');
  void endingInTime(past, now, () => new Promise(() => undefined));
  await endSoon(now, 2500, async () => undefined);
  expect([past, over]).toEqual([seconds(-60), seconds(60)]);
});

it('waits no longer than the limit', async () => {
  const { endingInTime, endSoon } = await ending();
  void endingInTime(seconds(60), now, () => new Promise(() => undefined));
  const limits: number[] = [];
  await endSoon(now, 2500, async (milliseconds) => void limits.push(milliseconds));
  expect(limits).toEqual([2500]);
});

it('gives what begins later no time', async () => {
  const { endingInTime, endSoon } = await ending();
  await endSoon(now, 2500, never);
  const deadline = seconds(60);
  await endingInTime(deadline, now, async () => expect(deadline).toEqual(NOW));
});
