import { text } from 'node:stream/consumers';
import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { Documents, Stored, StoredDocument } from '../ports.ts';
import type { StorageAccount } from '../settings.ts';
import { statusOf, translated } from './rest-error.ts';
import { sharedReads } from './shared-reads.ts';

const CONTAINER = 'status';

/** JSON documents as blobs in the container `status` of the app's own storage account. */
export function createDocuments(
  account: StorageAccount,
  credentialOf: (clientId: string | undefined) => TokenCredential,
): Documents {
  // Connected at the first call: a connection string that cannot be read fails that call, and nothing before it.
  let connected: ContainerClient | undefined;
  const share = sharedReads();
  async function calling<T>(doing: string, call: (container: ContainerClient) => Promise<T>): Promise<T> {
    try {
      connected ??= connect(account, credentialOf).getContainerClient(CONTAINER);
      return await call(connected);
    } catch (error) {
      throw translated(error, doing);
    }
  }
  return {
    read: (name) =>
      share(name, () =>
        calling(`read the document '${name}'`, async (container): Promise<StoredDocument | undefined> => {
          try {
            const { etag, readableStreamBody } = await container.getBlobClient(name).download();
            if (etag === undefined || readableStreamBody === undefined) return undefined;
            return { value: parsed(await text(readableStreamBody)), etag };
          } catch (error) {
            if (statusOf(error) === 404) return undefined;
            throw error;
          }
        }),
      ),
    write: (name, value, known) =>
      calling(`write the document '${name}'`, async (container) => {
        try {
          return await put(container, name, value, known);
        } catch (error) {
          if (statusOf(error) !== 404) throw error;
          // The container is made with the app's storage; in an account of one's own it may not be there yet.
          await container.createIfNotExists();
          return await put(container, name, value, known);
        }
      }),
  };
}

function connect(
  account: StorageAccount,
  credentialOf: (clientId: string | undefined) => TokenCredential,
): BlobServiceClient {
  if ('connectionString' in account) return BlobServiceClient.fromConnectionString(account.connectionString);
  return new BlobServiceClient(account.blobServiceUrl, credentialOf(account.clientId));
}

async function put(
  container: ContainerClient,
  name: string,
  value: unknown,
  known: Stored | undefined,
): Promise<Stored> {
  const body = JSON.stringify(value);
  const { etag } = await container.getBlockBlobClient(name).upload(body, Buffer.byteLength(body), {
    blobHTTPHeaders: { blobContentType: 'application/json' },
    conditions: known === undefined ? { ifNoneMatch: '*' } : { ifMatch: known.etag },
  });
  if (etag === undefined) throw new Error('storage has not told the ETag of what was written');
  return { etag };
}

/** What is no JSON has been written by somebody else, and is replaced at the next write. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
