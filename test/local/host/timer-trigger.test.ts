import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Execute } from '../../../local/host/execute.ts';
import { startTimer, type TimerListener } from '../../../local/host/timer-trigger.ts';
import { parseNcrontab } from '../../../shared/ncrontab.ts';

const fn = { metadata: { name: 'scan', bindings: {} }, callback: () => {} };

describe('startTimer', () => {
  let timer: TimerListener | undefined;
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-03-01T10:00:30Z') });
  });
  afterEach(() => {
    timer?.stop();
    vi.useRealTimers();
  });

  /** A timer whose runs take `lastsInMs`; with the time and the data of each run's start. */
  const start = (schedule: string, { runOnStartup = false, useMonitor = true, lastsInMs = 0 } = {}) => {
    const runs: { at: string; data: Record<string, unknown> }[] = [];
    const execute: Execute = async (_fn, _reason, trigger) => {
      runs.push({
        at: new Date().toISOString().slice(11, 19),
        data: JSON.parse('json' in trigger ? trigger.json : ''),
      });
      await new Promise((resolve) => setTimeout(resolve, lastsInMs));
      return { succeeded: true, returnValue: undefined };
    };
    const now = () => new Date();
    timer = startTimer({ fn, schedule: parseNcrontab(schedule), runOnStartup, useMonitor, execute, now });
    return { timer, runs, times: () => runs.map(({ at }) => at) };
  };

  it('runs at each occurrence and at no other time', async () => {
    const { times } = start('0 */5 * * * *');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(times()).toEqual(['10:05:00', '10:10:00']);
  });

  it('delays the next run behind one that overruns, and skips what it missed', async () => {
    const { times } = start('0 * * * * *', { lastsInMs: 90_000 });
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(times()).toEqual(['10:01:00', '10:03:00']); // 10:01 lasts until 10:02:30
  });

  it('runs at the start if asked to', async () => {
    const { times } = start('0 0 0 1 1 *', { runOnStartup: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(times()).toEqual(['10:00:30']);
  });

  it('waits for an occurrence that is farther away than a timer reaches', async () => {
    const { runs } = start('0 0 0 1 6 *'); // 92 days; a timer reaches 24.8
    await vi.advanceTimersByTimeAsync(91 * 86_400_000);
    expect(runs).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(runs).toHaveLength(1);
  });

  it('runs one after another when started by hand', async () => {
    const { timer: listener, times } = start('0 0 0 1 1 *', { lastsInMs: 5000 });
    void listener.fire();
    void listener.fire();
    await vi.advanceTimersByTimeAsync(4000);
    expect(times()).toEqual(['10:00:30']);
    await vi.advanceTimersByTimeAsync(4000);
    expect(times()).toEqual(['10:00:30', '10:00:35']);
  });

  it('gives the timer object in .NET’s casing, with the last and the next run', async () => {
    const { runs } = start('0 */5 * * * *');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(runs.map(({ data }) => data)).toEqual([
      expect.objectContaining({
        IsPastDue: false,
        Schedule: { AdjustForDST: true },
        ScheduleStatus: expect.objectContaining({ Last: '0001-01-01T00:00:00', Next: '2026-03-01T10:10:00.000Z' }),
      }),
      expect.objectContaining({ ScheduleStatus: expect.objectContaining({ Last: '2026-03-01T10:05:00.000Z' }) }),
    ]);
  });

  it.each([
    ['a schedule under a minute', '*/10 * * * * *', true],
    ['useMonitor: false', '0 * * * * *', false],
  ])('has no schedule status with %s', async (_name, schedule, useMonitor) => {
    const { runs } = start(schedule, { useMonitor });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs[0]?.data.ScheduleStatus).toBeNull();
  });

  it('does not run again after it was stopped', async () => {
    const { timer: listener, times } = start('0 * * * * *');
    await vi.advanceTimersByTimeAsync(60_000);
    listener.stop();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(times()).toEqual(['10:01:00']);
  });
});
