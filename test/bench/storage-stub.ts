import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A storage account that takes next to no time: every blob is the same text, every message is taken. */
export interface StorageStub {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Any key of the right form: nobody checks it. */
const KEY = Buffer.alloc(64).toString('base64');
const TAKEN =
  '<?xml version="1.0" encoding="utf-8"?><QueueMessagesList><QueueMessage><MessageId>0</MessageId>' +
  '<InsertionTime>Thu, 01 Jan 2026 00:00:00 GMT</InsertionTime><ExpirationTime>Fri, 02 Jan 2026 00:00:00 GMT' +
  '</ExpirationTime><PopReceipt>0</PopReceipt><TimeNextVisible>Thu, 01 Jan 2026 00:00:00 GMT</TimeNextVisible>' +
  '</QueueMessage></QueueMessagesList>';

/**
 * In place of Azurite, of which one call costs several times what is to be measured here, so that no regression of the
 * webhook would be seen beside it.
 * @param blob what every blob holds
 */
export async function startStorageStub(blob: string): Promise<StorageStub> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(blob), etag: '"1"' };
        response.writeHead(200, headers).end(blob);
      } else response.writeHead(201, { 'content-type': 'application/xml' }).end(TAKEN);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/account`;
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=${KEY};BlobEndpoint=${address};QueueEndpoint=${address};TableEndpoint=${address};`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
