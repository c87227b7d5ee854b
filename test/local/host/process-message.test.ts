import { randomUUID } from 'node:crypto';
import { type DequeuedMessageItem, type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import type { Execution } from '../../../local/host/execute.ts';
import type { QueueSettings } from '../../../local/host/host-settings.ts';
import type { LogRecord } from '../../../local/host/log.ts';
import { createLog } from '../../../local/host/log.ts';
import { processMessage } from '../../../local/host/process-message.ts';

const settings: QueueSettings = {
  batchSize: 1,
  newBatchThreshold: 0,
  maxDequeueCount: 2,
  visibilityTimeoutInMs: 0,
  maxPollingIntervalInMs: 100,
  messageEncoding: 'base64',
  processingTimeoutInMs: 600_000,
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('processMessage, on a real queue', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  /** A queue with one message, and a function that ends as given. */
  const setUp = async (given: {
    body?: string;
    succeeds?: boolean;
    name?: string;
    settings?: Partial<QueueSettings>;
  }) => {
    const service = QueueServiceClient.fromConnectionString(azurite.connectionString);
    const queue = service.getQueueClient(`q-${randomUUID()}${given.name ?? ''}`);
    const poison = service.getQueueClient(`${queue.name}-poison`);
    await queue.create();
    await queue.sendMessage(given.body ?? base64('{"a":1}'));
    const triggers: unknown[] = [];
    const log: LogRecord[] = [];
    const options = {
      fn: { metadata: { name: 'work', bindings: {} }, callback: () => {} },
      queue,
      poisonQueue: given.name === '-poison' ? undefined : poison,
      settings: { ...settings, ...given.settings },
      execute: async (_fn: unknown, _reason: string, trigger: unknown): Promise<Execution> => {
        triggers.push(trigger);
        return given.succeeds ? { succeeded: true, returnValue: undefined } : { succeeded: false };
      },
      log: createLog(
        (record) => log.push(record),
        () => new Date(),
      ),
    };
    const receive = async (): Promise<DequeuedMessageItem | undefined> =>
      (await queue.receiveMessages({ visibilityTimeout: 600 })).receivedMessageItems[0];
    const run = async (): Promise<void> => {
      const message = await receive();
      if (!message) throw new Error('there is no visible message');
      await processMessage(options, message);
    };
    const release = async (message: DequeuedMessageItem | undefined): Promise<void> => {
      await queue.updateMessage(message?.messageId ?? '', message?.popReceipt ?? '', undefined, 0);
    };
    const count = async (of = queue) => (await of.getProperties()).approximateMessagesCount;
    const poisonMessages = async () => (await poison.peekMessages()).peekedMessageItems;
    return { run, receive, release, count, poison, poisonMessages, triggers, log };
  };

  it('deletes the message after a success, having handed over its decoded text', async () => {
    const { run, count, triggers } = await setUp({ succeeds: true });
    await run();
    expect(triggers).toEqual([{ string: '{"a":1}' }]);
    expect(await count()).toBe(0);
  });

  it('shows the message again after a failure', async () => {
    const { run, receive } = await setUp({});
    await run();
    expect(await receive()).toMatchObject({ dequeueCount: 2 });
  });

  it('keeps a failed message hidden for visibilityTimeout', async () => {
    const { run, receive, count } = await setUp({ settings: { visibilityTimeoutInMs: 60_000 } });
    await run();
    expect(await count()).toBe(1);
    expect(await receive()).toBeUndefined();
  });

  it('moves the message to a poison queue that it creates when the last try fails', async () => {
    const { run, count, poisonMessages, log } = await setUp({});
    await run();
    await run();
    expect(await count()).toBe(0);
    const messages = await poisonMessages();
    expect(messages.map(({ messageText }) => messageText)).toEqual([base64('{"a":1}')]);
    expect(messages[0]?.expiresOn.getUTCFullYear()).toBe(9999); // Never.
    expect(log.map(({ message }) => message)).toEqual([expect.stringContaining('MaxDequeueCount of 2')]);
  });

  it('moves a message that no run has ended to the poison queue, and does not run it once more', async () => {
    const { run, receive, release, count, poisonMessages, triggers, log } = await setUp({ succeeds: true });
    // As if the process had died in each of its runs: the message was taken twice, and never settled.
    for (let death = 0; death < settings.maxDequeueCount; death += 1) await release(await receive());
    await run();
    expect(triggers).toEqual([]);
    expect(await count()).toBe(0);
    expect((await poisonMessages()).map(({ messageText }) => messageText)).toEqual([base64('{"a":1}')]);
    expect(log.map(({ message }) => message)).toEqual([expect.stringContaining('MaxDequeueCount of 2')]);
  });

  it('moves a body that is not base64 as it is, and does not run the function', async () => {
    const { run, count, poisonMessages, triggers, log } = await setUp({ body: 'plain {text}', succeeds: true });
    await run();
    expect(triggers).toEqual([]);
    expect(await count()).toBe(0);
    expect((await poisonMessages()).map(({ messageText }) => messageText)).toEqual(['plain {text}']);
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Message \S+ is not base64, .* Moving message to queue '.*-poison'\.$/),
    ]);
  });

  it('says so of a body that is not base64 in a poison queue, and leaves it there', async () => {
    const { run, count, log } = await setUp({ name: '-poison', body: 'plain {text}' });
    await run();
    expect(await count()).toBe(1);
    expect(log).toEqual([expect.objectContaining({ message: expect.stringContaining('a poison queue has none') })]);
  });

  it('leaves a message that fails in a poison queue there, hidden', async () => {
    const { run, receive, count, poison } = await setUp({ name: '-poison', settings: { maxDequeueCount: 1 } });
    await run();
    expect(await count()).toBe(1);
    expect(await receive()).toBeUndefined();
    expect(await poison.exists()).toBe(false);
  });

  it('says so in the log when the message cannot be settled', async () => {
    const { run, log } = await setUp({ settings: { visibilityTimeoutInMs: 8 * 86_400_000 } }); // the service takes 7 days
    await run();
    expect(log.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('Cannot settle message') });
  });
});

describe('processMessage, for a function that runs long', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps the message hidden, and deletes it with the pop receipt that is then valid', async () => {
    const calls: unknown[][] = [];
    const queue = {
      name: 'jobs',
      updateMessage: async (...given: unknown[]) => {
        calls.push(['update', ...given]);
        return { popReceipt: `receipt ${calls.length + 1}` };
      },
      deleteMessage: async (...given: unknown[]) => calls.push(['delete', ...given]),
    } as unknown as QueueClient;
    const running = Promise.withResolvers<Execution>();
    const work = processMessage(
      {
        fn: { metadata: { name: 'work', bindings: {} }, callback: () => {} },
        queue,
        poisonQueue: undefined,
        settings,
        execute: () => running.promise,
        log: () => {},
      },
      {
        messageId: 'id',
        popReceipt: 'receipt 1',
        messageText: base64('text'),
        dequeueCount: 1,
        insertedOn: new Date(0),
        expiresOn: new Date(0),
        nextVisibleOn: new Date(0),
      },
    );
    await vi.advanceTimersByTimeAsync(12 * 60_000); // Hidden for ten minutes at a time.
    running.resolve({ succeeded: true, returnValue: undefined });
    await work;
    expect(calls).toEqual([
      ['update', 'id', 'receipt 1', undefined, 600],
      ['update', 'id', 'receipt 2', undefined, 600],
      ['delete', 'id', 'receipt 3'],
    ]);
  });
});
