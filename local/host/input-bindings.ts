import { text } from 'node:stream/consumers';
import { BlobServiceClient } from '@azure/storage-blob';
import { type AppSettings, resolveSettings, storageConnection } from './app-settings.ts';
import type { InvocationRequest, RegisteredFunction, RpcBinding } from './core-api.ts';
import { triggerBinding } from './execute.ts';
import type { RpcTypedData } from './rpc-data.ts';

/** Reads what an input binding names, before the handler runs; `undefined` where there is none. */
export type InputReader = (binding: RpcBinding) => Promise<RpcTypedData | undefined>;

/** Readers by binding type. */
export type InputReaders = Readonly<Record<string, InputReader>>;

/** Storage is on this machine: it answers soon or is not there. */
const retryOptions = { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 500 };

/** Reads blobs as text: what the host makes of a blob for Node unless the binding says otherwise. */
export function createBlobReader(settings: AppSettings): InputReader {
  const services = new Map<string, BlobServiceClient>();
  return async (binding) => {
    const [, container, name] = /^\/?([^/]+)\/(.+)$/.exec(resolveSettings(String(binding.path), settings)) ?? [];
    if (container === undefined || name === undefined) {
      throw new Error(`Cannot read the input ${binding.name}: its path '${binding.path}' is not container/blob.`);
    }
    const connection = storageConnection(binding.connection, settings);
    const service = services.get(connection) ?? BlobServiceClient.fromConnectionString(connection, { retryOptions });
    services.set(connection, service);
    try {
      const { readableStreamBody } = await service.getContainerClient(container).getBlobClient(name).download();
      return { string: readableStreamBody ? await text(readableStreamBody) : '' };
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  };
}

/** The values of a function's input bindings, its trigger apart. */
export async function readInputs(
  fn: RegisteredFunction,
  readers: InputReaders,
): Promise<InvocationRequest['inputData']> {
  return Promise.all(
    inputBindings(fn).map(async (binding) => ({ name: binding.name, data: await readers[binding.type]?.(binding) })),
  );
}

/** The bindings that the host reads before the handler runs. */
export function inputBindings(fn: RegisteredFunction): RpcBinding[] {
  const trigger = triggerBinding(fn);
  return Object.values(fn.metadata.bindings).filter((binding) => binding !== trigger && binding.direction === 'in');
}
