import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect, it } from 'vitest';
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
