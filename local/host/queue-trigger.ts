import { setTimeout as delay } from 'node:timers/promises';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { errorMessage } from './error-text.ts';
import { type MessageOptions, processMessage, release } from './process-message.ts';

export interface QueueListener {
  /** Polls at once: somebody in this host has just put a message into the queue. */
  wake(): void;
  /** Stops polling; resolves when no further message can be taken. Running messages go on. */
  stop(): Promise<void>;
}

export interface QueueListenerOptions extends MessageOptions {
  /** Called with each message's processing, for who drains the host. */
  track: (work: Promise<void>) => void;
  /** 0 (inclusive) to 1: spreads the polls of hosts that started together. */
  random: () => number;
}

const shortestPollingIntervalInMs = 100;

/**
 * Polls a queue and runs the function for its messages: up to batchSize at once, the next batch when at most
 * newBatchThreshold are running; while the queue is empty, or cannot be read, ever more slowly from 100 ms up to
 * maxPollingInterval. A missing queue counts as an empty one.
 */
export function startQueueListener(options: QueueListenerOptions): QueueListener {
  const { queue, settings, log, track, random } = options;
  const running = new Set<Promise<void>>();
  let stopped = false;
  /** Ends the wait for a place. One promise for each wait: on one for all of them, every wait would leave something. */
  let lookAgain = () => {};
  let unreadable = false;
  let pause = new AbortController();
  let intervalInMs = shortestPollingIntervalInMs;

  const take = async (): Promise<DequeuedMessageItem[]> => {
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: settings.processingTimeoutInMs / 1000,
      });
      unreadable = false;
      return receivedMessageItems;
    } catch (error) {
      if ((error as { code?: string }).code === 'QueueNotFound') return [];
      // Said once for each time the queue goes away, not at every poll.
      if (!unreadable) log('warning', `Cannot read queue ${queue.name}, trying again: ${errorMessage(error)}`);
      unreadable = true;
      return [];
    }
  };
  const start = (message: DequeuedMessageItem): void => {
    const work = processMessage(options, message).finally(() => {
      running.delete(work);
      lookAgain();
    });
    running.add(work);
    track(work);
  };
  const rest = async (): Promise<void> => {
    const spread = 0.8 + 0.4 * random();
    await delay(intervalInMs * spread, undefined, { signal: pause.signal }).catch(() => {}); // Woken: poll now.
    if (!stopped) pause = new AbortController();
    intervalInMs = Math.min(intervalInMs * 2, Math.max(settings.maxPollingIntervalInMs, shortestPollingIntervalInMs));
  };
  const change = () =>
    new Promise<void>((resolve) => {
      lookAgain = resolve;
    });
  const poll = async (): Promise<void> => {
    while (!stopped) {
      while (running.size > settings.newBatchThreshold && !stopped) await change();
      const messages = stopped ? [] : await take();
      if (stopped) await giveBack(options, messages);
      else for (const message of messages) start(message);
      if (messages.length > 0) intervalInMs = shortestPollingIntervalInMs;
      else await rest();
    }
  };
  const polling = poll();
  return {
    wake: () => {
      intervalInMs = shortestPollingIntervalInMs;
      pause.abort();
    },
    stop: async () => {
      stopped = true;
      lookAgain();
      pause.abort();
      // A service that does not answer must not hold up the shutdown.
      await Promise.race([polling, delay(2000, undefined, { ref: false })]);
    },
  };
}

/** Messages that arrived while stopping would otherwise be hidden from every other host for ten minutes. */
async function giveBack({ queue, log }: MessageOptions, messages: DequeuedMessageItem[]): Promise<void> {
  for (const message of messages) {
    await release(queue, message, message.popReceipt, 0).catch((error: unknown) =>
      log('warning', `Cannot give back message ${message.messageId} of ${queue.name}: ${errorMessage(error)}`),
    );
  }
}
