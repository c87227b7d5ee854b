import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAzurite } from '../../local/azurite.ts';

it('serves blobs and queues to the official clients, and nobody without its key', async () => {
  const azurite = await startAzurite();
  try {
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('queue');
    await queue.create();
    await queue.sendMessage('hello');
    expect((await queue.receiveMessages()).receivedMessageItems[0]?.messageText).toBe('hello');

    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('container');
    await container.create();
    await container.getBlockBlobClient('b').upload('hello', 5);
    expect((await container.getBlobClient('b').downloadToBuffer()).toString()).toBe('hello');

    const table = /TableEndpoint=([^;]*)/.exec(azurite.connectionString)?.[1] ?? '';
    expect((await fetch(`${table}/Tables`)).status).toBe(403);
  } finally {
    await azurite.close();
  }
  await expect(fetch(/QueueEndpoint=([^;]*)/.exec(azurite.connectionString)?.[1] ?? '')).rejects.toThrow();
});

it('says that it did not start in time, with what Azurite printed', async () => {
  await expect(startAzurite({ startLimitInMs: 1 })).rejects.toThrow(
    'Cannot start Azurite: it was not ready after 1 ms',
  );
});

describe('the process of Azurite, started by hand', () => {
  const entry = fileURLToPath(new URL('../../local/azurite-child.ts', import.meta.url));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'not-azurites-'));
    writeFileSync(join(folder, 'precious'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['without a folder', () => ({}), 'LOCAL_AZURITE_FOLDER is not set'],
    ['with a folder of somebody else’s', () => ({ LOCAL_AZURITE_FOLDER: folder }), 'no temporary folder of'],
    ['with a folder that is missing', () => ({ LOCAL_AZURITE_FOLDER: `${folder}/no` }), 'which does not exist'],
  ])('%s refuses to start, and removes nothing', (_, environment, message) => {
    const env = { PATH: process.env.PATH, TMPDIR: tmpdir(), ...environment() };
    const { status, stderr } = spawnSync(process.execPath, [entry], { cwd: folder, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(existsSync(join(folder, 'precious'))).toBe(true);
  });
});
