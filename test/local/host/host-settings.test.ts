import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostSettings } from '../../../local/host/host-settings.ts';

describe('readHostSettings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (hostJson: string, settings: Record<string, string> = {}) => {
    await writeFile(path.join(folder, 'host.json'), hostJson);
    return await readHostSettings(folder, settings, 2);
  };

  it('has the real host’s defaults', async () => {
    expect(await read('{"version":"2.0","logging":{}}')).toEqual({
      functionTimeoutInMs: 1_800_000,
      routePrefix: 'api',
      queues: {
        batchSize: 16,
        newBatchThreshold: 16, // half of batchSize for each of two processors
        maxDequeueCount: 5,
        visibilityTimeoutInMs: 0,
        maxPollingIntervalInMs: 60_000,
        messageEncoding: 'base64',
        processingTimeoutInMs: 600_000,
      },
    });
  });

  it('reads what host.json says', async () => {
    const queues = { batchSize: 4, newBatchThreshold: 0, visibilityTimeout: '00:01:00', messageEncoding: 'None' };
    const extensions = { queues, http: { routePrefix: '' } };
    const settings = await read(JSON.stringify({ version: '2.0', functionTimeout: '-1', extensions }));
    expect(settings).toMatchObject({ functionTimeoutInMs: Number.POSITIVE_INFINITY, routePrefix: '' });
    expect(settings.queues).toMatchObject({ batchSize: 4, newBatchThreshold: 0, visibilityTimeoutInMs: 60_000 });
    expect(settings.queues.messageEncoding).toBe('none');
  });

  it('lets settings override it, in any case', async () => {
    const overrides = {
      AzureFunctionsJobHost__extensions__Queues__BatchSize: '3',
      AzureFunctionsJobHost__functionTimeout: '00:00:01',
    };
    const settings = await read('{"version":"2.0","extensions":{"queues":{"batchSize":4}}}', overrides);
    expect([settings.queues.batchSize, settings.functionTimeoutInMs]).toEqual([3, 1000]);
  });

  it('hides messages in process for as long as a setting of its own says', async () => {
    const settings = await read('{"version":"2.0"}', { LOCAL_HOST_PROCESSING_TIMEOUT: '00:00:05' });
    expect(settings.queues.processingTimeoutInMs).toBe(5000);
  });

  it.each(['00:00:01', '00:00:02.5', 'soon', '-1'])('refuses a processing timeout of %s', async (text) => {
    const settings = { LOCAL_HOST_PROCESSING_TIMEOUT: text };
    await expect(read('{"version":"2.0"}', settings)).rejects.toThrow(
      `Cannot use LOCAL_HOST_PROCESSING_TIMEOUT=${text}: give two or more whole seconds, as in 00:00:05.`,
    );
  });

  it.each([
    ['{"version"', 'host.json: it is not valid JSON'],
    ['{}', 'host.json: version: Invalid input'],
    ['{"version":"2.0","extensions":{"queues":{"batchSize":33}}}', 'extensions.queues.batchSize: Too big'],
    ['{"version":"2.0","functionTimeout":"5m"}', 'functionTimeout: Cannot read the time span "5m"'],
    ['[]', 'the file: Invalid input'],
  ])('says what is wrong with %s', async (hostJson, message) => {
    await expect(read(hostJson)).rejects.toThrow(message);
  });

  it('says so if there is no host.json', async () => {
    await expect(readHostSettings(folder, {}, 2)).rejects.toThrow(`Cannot read ${folder}/host.json`);
  });
});
