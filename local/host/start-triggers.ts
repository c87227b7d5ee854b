import type { Drain } from './drain.ts';
import { errorMessage } from './error-text.ts';
import type { Execute } from './execute.ts';
import type { QueueSettings } from './host-settings.ts';
import type { IndexedFunction } from './index-function.ts';
import type { Log } from './log.ts';
import { type QueueListener, startQueueListener } from './queue-trigger.ts';
import { startTimer, type TimerListener } from './timer-trigger.ts';

export interface TriggerOptions {
  execute: Execute;
  drain: Drain;
  queueSettings: QueueSettings;
  log: Log;
  now: () => Date;
  random: () => number;
}

export interface Triggers {
  /** Starts a timer or queue function by hand, with the text of its input; undefined for HTTP functions. */
  starter(each: IndexedFunction): ((input: string) => void) | undefined;
  /** Polls a queue at once, if a function listens to it. */
  wake(queueName: string): void;
  stop(): Promise<void>;
}

/** Starts the timers and the queue listeners of the indexed functions. If one does not start, none goes on running. */
export async function startTriggers(indexed: readonly IndexedFunction[], options: TriggerOptions): Promise<Triggers> {
  const timers = new Map<IndexedFunction, TimerListener>();
  const stopTimers = () => {
    for (const timer of timers.values()) timer.stop();
  };
  try {
    for (const each of indexed) {
      if (each.trigger === 'timerTrigger') timers.set(each, startTimer({ ...each, ...options }));
    }
  } catch (error) {
    stopTimers();
    throw error;
  }
  const queueFunctions = indexed.filter((each) => each.trigger === 'queueTrigger');
  const listeners = await Promise.all(
    queueFunctions.map(async (each) => ({ queueName: each.queue.name, listener: await startQueue(each, options) })),
  );
  return {
    starter: (each) => {
      if (each.trigger === 'timerTrigger') return () => void timers.get(each)?.fire();
      if (each.trigger !== 'queueTrigger') return undefined;
      const reason = 'started through the admin API';
      return (input) => void options.execute(each.fn, reason, { string: input }, { QueueTrigger: { string: input } });
    },
    wake: (queueName) => {
      for (const each of listeners) if (each.queueName === queueName) each.listener.wake();
    },
    stop: async () => {
      stopTimers();
      await Promise.all(listeners.map(({ listener }) => listener.stop()));
    },
  };
}

/**
 * The real listener never creates its queue: a deployment brings it. Here nothing has been deployed, and a script
 * that puts the first message into a missing queue would get a 404, so the queue is made first.
 */
async function startQueue(
  each: Extract<IndexedFunction, { trigger: 'queueTrigger' }>,
  { execute, drain, queueSettings, log, random }: TriggerOptions,
): Promise<QueueListener> {
  try {
    await each.queue.createIfNotExists();
  } catch (error) {
    log('error', `Cannot create queue ${each.queue.name}: ${errorMessage(error)}`, { function: each.fn.metadata.name });
  }
  return startQueueListener({ ...each, settings: queueSettings, execute, track: drain.track, log, random });
}
