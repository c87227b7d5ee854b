import type { LifecycleEvent } from '../events.ts';
import type { Metric } from '../metrics.ts';
import type { Batch, Sink } from './sink.ts';

/** What an invocation has to report until it is sent. */
export interface Telemetry {
  event(event: LifecycleEvent, at: Date): void;
  measure(metric: Metric): void;
  /** Sends what is there. Throws an Error if anything since the last call was not taken, and says what. */
  flush(): Promise<void>;
}

/** So many events and metrics go out together, while the invocation goes on: a long move says thousands of things. */
const BATCH_SIZE = 500;

/** What waits beyond this while a batch is under way is given up: memory is worth more than the copy of a log. */
const MOST_WAITING = 5000;

/**
 * Collects what an invocation reports.
 * @param of the invocation
 * @param open called when there is something to send, once
 */
export function collectTelemetry(of: Pick<Batch, 'invocationId' | 'operation'>, open: () => Promise<Sink>): Telemetry {
  let events: Batch['events'][number][] = [];
  let metrics: Metric[] = [];
  let sink: Promise<Sink> | undefined;
  let sending: Promise<void> | undefined;
  let failure: unknown;
  let givenUp = 0;

  const send = async (): Promise<void> => {
    const batch = { ...of, events, metrics };
    [events, metrics] = [[], []];
    try {
      sink ??= open();
      await (await sink).send(batch);
    } catch (error) {
      failure ??= error;
    }
  };
  const start = (): Promise<void> => {
    sending = send().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const added = (): void => {
    if (sending === undefined && events.length + metrics.length >= BATCH_SIZE) void start();
  };
  const hasRoom = (): boolean => {
    if (events.length + metrics.length < MOST_WAITING) return true;
    givenUp += 1;
    return false;
  };
  return {
    event: (event, at) => {
      if (hasRoom()) events.push({ at, event });
      added();
    },
    measure: (metric) => {
      if (hasRoom()) metrics.push(metric);
      added();
    },
    flush: async () => {
      await sending;
      while (events.length + metrics.length > 0) await start();
      const [problem, lost] = [failure, givenUp];
      [failure, givenUp] = [undefined, 0];
      if (problem !== undefined) throw problem;
      if (lost > 0) throw new Error(`${lost} events and metrics came faster than they could be sent`);
    },
  };
}
