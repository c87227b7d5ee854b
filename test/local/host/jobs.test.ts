import { BlobServiceClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { type HostProcess, startHostProcess } from '../../../local/host/host-process.ts';
import { fixtureApp } from './fixture-app.ts';
import { LogReader } from './log-reader.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('timers and queues together, on Azurite', () => {
  let azurite: Azurite;
  let host: HostProcess;
  let queue: QueueClient;
  const log = new LogReader();
  const env = (more: Record<string, string> = {}) => ({
    AzureWebJobsStorage: azurite.connectionString,
    PLAN_SCHEDULE: '0 0 0 1 1 *',
    NOTE_NAME: 'a.json',
    ...more,
  });
  beforeAll(async () => {
    azurite = await startAzurite();
    queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('jobs');
    host = await startHostProcess({ app: fixtureApp('jobs'), env: env(), onLog: log.write });
  });
  afterAll(async () => {
    await host?.close();
    await azurite?.close();
  });

  it('leaves out the functions whose bindings are wrong, and only them', async () => {
    expect(host.functions.map(({ name }) => name).toSorted()).toEqual([
      'lament',
      'plan',
      'planAndFail',
      'planByReturn',
      'readBlob',
      'work',
    ]);
    expect(host.functions).toContainEqual({ name: 'plan', trigger: 'timerTrigger', schedule: '0 0 0 1 1 *' });
    expect(host.functions).toContainEqual({ name: 'work', trigger: 'queueTrigger', queue: 'jobs' });
    expect(await log.line("'%NOT_SET%' does not resolve")).toMatchObject({ level: 'error', function: 'broken' });
    expect(await log.line("input binding type 'carrierPigeon' is not one")).toMatchObject({ function: 'unknownInput' });
    expect(await log.line('the setting NO_SUCH_SETTING is not set')).toMatchObject({ function: 'unconnected' });
    expect(await log.line("'every hour' is not an NCRONTAB")).toMatchObject({ function: 'badSchedule' });
  });

  it('makes two messages of a timer’s array, which the queue function gets', async () => {
    await host.trigger('plan');
    const [one, two] = await log.matching(2, ({ item }) => Object.hasOwn(Object(item), 'job'));
    expect([one?.item, two?.item]).toEqual(expect.arrayContaining([{ job: 1 }, { job: 2 }]));
    expect(one).toMatchObject({ functionName: 'work', dequeueCount: 1, id: 'string' });
    const [timer] = await log.matching(1, (report) => 'timer' in report);
    expect(timer).toMatchObject({ timer: { isPastDue: false, schedule: { adjustForDST: true } } });
  });

  it('writes a return value where the function’s return binding says', async () => {
    await host.trigger('planByReturn');
    const reports = await log.matching(2, ({ item }) => item === 'returned' || Object(item).job === 'returned');
    expect(reports.map(({ type }) => type).toSorted()).toEqual(['object', 'string']);
  });

  it('reads a blob for its input binding: JSON as its value, nothing where there is no blob', async () => {
    await host.trigger('readBlob');
    await log.matching(1, ({ note }) => note === 'absent');
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('notes');
    await container.createIfNotExists();
    await container.getBlockBlobClient('a.json').upload('{"hubs":2}', 10);
    await host.trigger('readBlob');
    await log.matching(1, ({ note }) => Object(note).hubs === 2);
  });

  it('writes no output of a function that failed', async () => {
    await host.trigger('planAndFail');
    expect(await log.line('planned badly')).toMatchObject({ function: 'planAndFail', level: 'error' });
    await queue.sendMessage(base64('"after"'));
    await log.matching(1, ({ item }) => item === 'after');
    expect(JSON.stringify(log.reports())).not.toContain('must not be written');
  });

  it.each([
    ['an object', '{"a":1}', 'object', { a: 1 }],
    ['a number', '123', 'number', 123],
    ['a JSON text', '"quoted"', 'string', 'quoted'],
    ['invalid JSON', '{oops', 'string', '{oops'],
  ])('hands over %s as the library does', async (_name, text, type, item) => {
    await queue.sendMessage(base64(text));
    const wanted = JSON.stringify(item);
    const [report] = await log.matching(1, (each) => JSON.stringify(each.item) === wanted);
    expect(report).toMatchObject({ type, item, queueTrigger: item });
  });

  it('tries a failing message again and then moves it to the poison queue, whose function gets it', async () => {
    await queue.sendMessage(base64('{"fail":true,"case":"poison"}'));
    const reports = await log.matching(3, ({ item }) => Object(item).case === 'poison');
    expect(reports.map(({ functionName, dequeueCount }) => [functionName, dequeueCount])).toEqual([
      ['work', 1],
      ['work', 2], // maxDequeueCount
      ['lament', 1],
    ]);
  });

  it('gives a queue function the input of the admin API', async () => {
    await host.trigger('work', { by: 'hand' });
    const [report] = await log.matching(1, ({ item }) => Object(item).by === 'hand');
    expect(report).toMatchObject({ item: { by: 'hand' }, functionName: 'work' });
    await expect(host.trigger('unknown')).rejects.toThrow('Cannot start the function unknown: the host answered 404');
  });

  it('shares a queue with another host on the same storage, every message run once', async () => {
    const one = { AzureFunctionsJobHost__extensions__queues__batchSize: '1' };
    const serial = { ...one, AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '0' };
    const logs = [new LogReader(), new LogReader()];
    await host.close();
    const hosts = await Promise.all(
      logs.map((each) => startHostProcess({ app: fixtureApp('jobs'), env: env(serial), onLog: each.write })),
    );
    try {
      const wanted = Array.from({ length: 40 }, (_, index) => index);
      await Promise.all(wanted.map((share) => queue.sendMessage(base64(JSON.stringify({ share, sleepMs: 100 })))));
      const shares = (reader: LogReader) => reader.reports().flatMap(({ item }) => Object(item).share ?? []);
      await Promise.all(logs.map((each) => each.line('"slept"'))); // Each of them has had at least one.
      while (logs.flatMap(shares).length < 40) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(logs.flatMap(shares).toSorted((a, b) => a - b)).toEqual(wanted);
    } finally {
      await Promise.all(hosts.map((each) => each.close()));
    }
  });
});
