import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import type { Execute } from '../../../local/host/execute.ts';
import { startQueueListener } from '../../../local/host/queue-trigger.ts';

describe('startQueueListener', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  const setUp = async ({
    batchSize = 16,
    newBatchThreshold = 0,
    random = 0.5,
    create = true,
    handle = async () => {},
  }) => {
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(`q-${randomUUID()}`);
    if (create) await queue.create();
    const seen: string[] = [];
    const log: string[] = [];
    const execute: Execute = async (_fn, _reason, trigger) => {
      await handle();
      seen.push('string' in trigger ? trigger.string : '');
      return { succeeded: true, returnValue: undefined };
    };
    const start = () =>
      startQueueListener({
        fn: { metadata: { name: 'work', bindings: {} }, callback: () => {} },
        queue,
        poisonQueue: undefined,
        settings: {
          batchSize,
          newBatchThreshold,
          maxDequeueCount: 5,
          visibilityTimeoutInMs: 0,
          maxPollingIntervalInMs: 100,
          messageEncoding: 'none',
          processingTimeoutInMs: 600_000,
        },
        execute,
        log: (_level, message) => log.push(message),
        track: () => {},
        random: () => random,
      });
    const send = async (...texts: string[]) => {
      for (const text of texts) await queue.sendMessage(text);
    };
    const untilSeen = async (count: number) => {
      while (seen.length < count) await delay(20);
    };
    return { queue, seen, log, start, send, untilSeen };
  };

  it.each([
    { batchSize: 1, newBatchThreshold: 0 },
    { batchSize: 2, newBatchThreshold: 1 },
    { batchSize: 3, newBatchThreshold: 0 },
  ])('runs batchSize + newBatchThreshold at once, no fewer and no more: %o', async (given) => {
    const { batchSize, newBatchThreshold } = given;
    // Every message waits here until it is let go.
    const waiting: (() => void)[] = [];
    let arrived = 0;
    let open = false;
    const handle = async () => {
      arrived += 1;
      if (!open) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    const untilArrived = async (count: number) => {
      while (arrived < count) await delay(20);
      await delay(300); // Time for one too many.
    };
    const { start, send, untilSeen, seen } = await setUp({ ...given, handle });
    await send('1', '2', '3', '4', '5', '6', '7', '8');
    const listener = start();
    await untilArrived(batchSize);
    expect(waiting).toHaveLength(batchSize);
    for (const letGo of waiting.splice(newBatchThreshold)) letGo();
    await untilArrived(2 * batchSize);
    expect(waiting).toHaveLength(batchSize + newBatchThreshold);
    open = true;
    for (const letGo of waiting) letGo();
    await untilSeen(8);
    await listener.stop();
    expect(seen.toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('polls at once when it is woken, however long it would have waited', async () => {
    const { start, send, untilSeen, seen } = await setUp({ random: 1e6 });
    const listener = start();
    await delay(300); // By now it has found the queue empty, and rests for half a day: 100 ms × 0.4 × 1e6.
    await send('hello');
    listener.wake();
    await untilSeen(1);
    await listener.stop();
    expect(seen).toEqual(['hello']);
  });

  it('waits in silence for a queue that is missing', async () => {
    const { queue, start, send, untilSeen, log } = await setUp({ create: false });
    const listener = start();
    await delay(300);
    await queue.create();
    await send('late');
    await untilSeen(1);
    await listener.stop();
    expect(log).toEqual([]);
  });

  it('says once that the queue cannot be read, not at every poll', async () => {
    const { queue, start, log } = await setUp({});
    const real = queue.receiveMessages.bind(queue);
    let polls = 0;
    queue.receiveMessages = () => {
      polls += 1;
      return polls === 3 ? real() : Promise.reject(new Error(`away ${polls}`));
    };
    const listener = start();
    while (polls < 5) await delay(20);
    await listener.stop();
    expect(log).toEqual([expect.stringContaining('away 1'), expect.stringContaining('away 4')]);
  });

  it('takes nothing more once it has stopped', async () => {
    const { queue, start, send } = await setUp({});
    const listener = start();
    await listener.stop();
    await send('left');
    await delay(300);
    expect((await queue.peekMessages()).peekedMessageItems).toHaveLength(1);
  });
});
