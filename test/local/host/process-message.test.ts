import { randomUUID } from 'node:crypto';
import { type DequeuedMessageItem, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const count = async (of = queue) => (await of.getProperties()).approximateMessagesCount;
    const poisonBodies = async () => (await poison.peekMessages()).peekedMessageItems.map((each) => each.messageText);
    return { run, receive, count, poison, poisonBodies, triggers, log };
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
    const { run, count, poisonBodies, log } = await setUp({});
    await run();
    await run();
    expect(await count()).toBe(0);
    expect(await poisonBodies()).toEqual([base64('{"a":1}')]);
    expect(log.map(({ message }) => message)).toEqual([expect.stringContaining('MaxDequeueCount of 2')]);
  });

  it('moves a body that is not base64 as it is, and does not run the function', async () => {
    const { run, count, poisonBodies, triggers } = await setUp({ body: 'plain {text}', succeeds: true });
    await run();
    expect(triggers).toEqual([]);
    expect(await count()).toBe(0);
    expect(await poisonBodies()).toEqual(['plain {text}']);
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
