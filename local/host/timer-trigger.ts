import { type Ncrontab, nextOccurrence } from '../../shared/ncrontab.ts';
import type { RegisteredFunction } from './core-api.ts';
import type { Execute } from './execute.ts';

export interface TimerListener {
  /** Runs the function now, apart from its schedule, after a run that is under way. */
  fire(): Promise<void>;
  stop(): void;
}

export interface TimerOptions {
  fn: RegisteredFunction;
  schedule: Ncrontab;
  runOnStartup: boolean;
  useMonitor: boolean;
  execute: Execute;
  now: () => Date;
}

/** A timer set for longer fires at once. */
const longestWaitInMs = 2 ** 31 - 1;

/**
 * Runs a timer function at the occurrences of its schedule (UTC), one run at a time: an overrun delays the next one.
 * The schedule monitor's blob is not kept, so `isPastDue` is always false and `last` begins anew with each start.
 */
export function startTimer(options: TimerOptions): TimerListener {
  const { fn, schedule, execute, now } = options;
  const monitored = options.useMonitor && intervalInMs(schedule, now()) >= 60_000;
  let last: Date | undefined;
  let lane: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const run = (reason: string): Promise<void> => {
    lane = lane.then(async () => {
      const data = timerInfo(schedule, monitored, last, now());
      last = now();
      await execute(fn, reason, { json: JSON.stringify(data) });
    });
    return lane;
  };
  const wait = (due: Date): void => {
    if (stopped) return;
    const remainingInMs = due.getTime() - now().getTime();
    timer = setTimeout(
      () => {
        if (remainingInMs > longestWaitInMs) wait(due);
        else void run('timer fired').then(() => wait(nextOccurrence(schedule, latest(due, now()))));
      },
      Math.min(Math.max(remainingInMs, 0), longestWaitInMs),
    );
  };
  if (options.runOnStartup) void run('run on startup');
  wait(nextOccurrence(schedule, now()));
  return {
    fire: () => run('started through the admin API'),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** A timer may fire a little early; counted from `due`, the same occurrence never comes twice. */
function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

/** The host monitors no schedule that comes round in less than a minute: its scheduleStatus is null. */
function intervalInMs(schedule: Ncrontab, now: Date): number {
  const first = nextOccurrence(schedule, now);
  return nextOccurrence(schedule, first).getTime() - first.getTime();
}

/** In .NET's casing, which the library turns into its own; a time that never was is .NET's year 1. */
function timerInfo(schedule: Ncrontab, monitored: boolean, last: Date | undefined, now: Date): object {
  const ScheduleStatus = {
    Last: last?.toISOString() ?? '0001-01-01T00:00:00',
    Next: nextOccurrence(schedule, now).toISOString(),
    LastUpdated: last?.toISOString() ?? '0001-01-01T00:00:00',
  };
  return { Schedule: { AdjustForDST: true }, ScheduleStatus: monitored ? ScheduleStatus : null, IsPastDue: false };
}
