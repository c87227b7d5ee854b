import { describe, expect, it } from 'vitest';
import { flushReports, type ReportsWorld, reportsOf } from '../../shared/compose-reports.ts';
import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import type { PostAnswer } from '../../shared/notifications/post.ts';
import type { Documents } from '../../shared/ports.ts';
import type { Sink } from '../../shared/telemetry/sink.ts';
import { EVENTS } from '../support/events.ts';

const URL_WITH_SECRET = 'https://hooks.example/services/s3cr3t';
const SETTINGS: ReportsWorld['settings'] = {
  applicationInsights: { connectionString: 'InstrumentationKey=k3y', identity: undefined },
  notifications: { url: URL_WITH_SECRET, format: 'json', events: undefined, statusPage: undefined },
  site: undefined,
  faults: [],
};
const never = () => new Promise<never>(() => undefined);
const neverAtFirst = () => {
  let reads = 0;
  return () => {
    reads += 1;
    return reads === 1 ? never() : Promise.resolve(undefined);
  };
};

/**
 * A world whose clock stands still until nothing else is left to happen, and then jumps to the next timer; with what
 * was logged, and what the clock shows at the end.
 */
function staged(parts: {
  readonly send?: Sink['send'];
  readonly request?: () => Promise<PostAnswer>;
  readonly documents?: Partial<Documents>;
}) {
  const lines: string[] = [];
  const start = new Date('2026-03-01T12:00:00Z').getTime();
  let now = start;
  const timers: { at: number; ring: () => void; signal: AbortSignal }[] = [];
  const after: ReportsWorld['after'] = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      timers.push({ at: now + milliseconds, ring: () => resolve(undefined), signal });
    });
  const posted: string[] = [];
  const world: ReportsWorld = {
    settings: SETTINGS,
    openSink: async () => ({ send: parts.send ?? (async () => undefined) }),
    openDocuments: async () => ({ ...documentsInMemory(), ...parts.documents }),
    wire: {
      request: async (_, body) => {
        posted.push(body);
        return parts.request?.() ?? { status: 200, retryAfter: null };
      },
      now: () => new Date(now),
      pause: after,
    },
    after,
  };
  const keep = (line: string) => void lines.push(line);
  const reports = reportsOf(world, { log: keep, warn: keep, invocationId: 'invocation-1' });
  /** Runs to the end, however long that takes by this clock; resolves with how long it took. */
  const run = async (work: () => Promise<unknown>): Promise<number> => {
    let isOver = false;
    const ended = reports.during(work).finally(() => {
      isOver = true;
    });
    ended.catch(() => undefined);
    while (!isOver) {
      // Long enough for every promise that can go on by itself.
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      if (isOver) break;
      const next = timers.filter(({ signal }) => !signal.aborted).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) throw new Error('Nothing is left to happen, and it is not over');
      timers.splice(timers.indexOf(next), 1);
      now = Math.max(now, next.at);
      next.ring();
    }
    await ended;
    return now - start;
  };
  const events = () => lines.map((line) => JSON.parse(line) as { event: string; message?: string });
  return { reports, run, events, posted };
}

const LOST: readonly (readonly [string, Parameters<typeof staged>[0], readonly string[], number])[] = [
  ['an ingestion endpoint that hangs', { send: never }, ['telemetry_lost'], 2000],
  ['an ingestion endpoint that refuses', { send: () => Promise.reject(new Error('401')) }, ['telemetry_lost'], 0],
  ['a receiver that hangs', { request: never }, ['notification_lost'], 2000],
  // Pauses of 150, 300 and 600 ms between four attempts.
  [
    'a receiver that answers 500',
    { request: async () => ({ status: 500, retryAfter: null }) },
    ['notification_lost'],
    1050,
  ],
  [
    'a receiver that wants a minute',
    { request: async () => ({ status: 429, retryAfter: '60' }) },
    ['notification_lost'],
    0,
  ],
  ['a receiver that is gone', { request: async () => ({ status: 404, retryAfter: null }) }, ['notification_lost'], 0],
  ['both hanging', { send: never, request: never }, ['notification_lost', 'telemetry_lost'], 2000],
];

describe('the reports of an invocation', () => {
  it('are in the log at once, and elsewhere once the work has ended', async () => {
    const order: string[] = [];
    const { reports, run, events, posted } = staged({ send: async () => void order.push('sent') });
    await run(async () => {
      reports.emit(EVENTS.renewal_refused);
      expect(events()).toEqual([EVENTS.renewal_refused]);
      order.push('worked');
    });
    expect(order).toEqual(['worked', 'sent']);
    expect(posted).toHaveLength(1);
    expect(events()).toEqual([EVENTS.renewal_refused]);
  });

  it.each(LOST)('cost one warning and at most two seconds: %s', async (_, parts, lost, milliseconds) => {
    const { reports, run, events } = staged(parts);
    const took = await run(async () => {
      for (let count = 0; count < 3; count += 1) reports.emit(EVENTS.renewal_refused);
      reports.emit(EVENTS.renewal_settled);
    });
    const said = events().slice(4);
    expect(said.map(({ event }) => event).sort()).toEqual(lost);
    expect(took).toBe(milliseconds);
    expect(JSON.stringify(said)).not.toMatch(/s3cr3t|k3y/);
  });

  it.each([
    ['comes later than half a second', { read: neverAtFirst() }, 500],
    ['cannot be written in time, after it has been sent', { write: never }, 2000],
    ['is neither read nor written in time', { read: never, write: never }, 2000],
  ] as const)('notify without a warning where the memory of it %s', async (_, documents, milliseconds) => {
    const { reports, run, events, posted } = staged({ documents });
    const took = await run(async () => reports.emit(EVENTS.renewal_refused));
    expect(posted).toHaveLength(1);
    expect(events()).toEqual([EVENTS.renewal_refused]);
    expect(took).toBe(milliseconds);
  });

  it('are sent where the work fails, which fails all the same', async () => {
    const { reports, run, posted } = staged({});
    const work = async () => {
      reports.emit(EVENTS.renewal_refused);
      throw new Error('the vault is down');
    };
    await expect(run(work)).rejects.toThrow('the vault is down');
    expect(posted).toHaveLength(1);
  });

  it('are sent in the middle of the work where the process is about to end', async () => {
    const { reports, run, posted } = staged({});
    await run(async () => {
      reports.emit(EVENTS.renewal_refused);
      await flushReports();
      expect(posted).toHaveLength(1);
    });
    expect(posted).toHaveLength(1);
    await flushReports();
  });

  it('fail nothing where the sink cannot even be loaded', async () => {
    const { run } = staged({ send: () => Promise.reject(new Error('no such file')) });
    await expect(run(async () => 'done')).resolves.toBe(0);
  });
});
