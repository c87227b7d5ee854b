import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { type AppSettings, resolveSettings, storageConnection } from './app-settings.ts';
import type { RpcBinding } from './core-api.ts';

/** The queue that a queue trigger or a queue output names. Throws if its `%SETTING%` or connection is not set. */
export type QueueOf = (binding: RpcBinding, suffix?: string) => QueueClient;

/** Storage is on this machine: it answers soon or is not there, and long patience would only hold up the start. */
const retryOptions = { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 500 };

/** Opens queues with the app's settings; clients of one connection share their sockets. */
export function createQueueOf(settings: AppSettings): QueueOf {
  const services = new Map<string, QueueServiceClient>();
  return (binding, suffix = '') => {
    if (typeof binding.queueName !== 'string') throw new Error(`Binding ${binding.name} names no queue (queueName).`);
    const connection = storageConnection(binding.connection, settings);
    const service = services.get(connection) ?? QueueServiceClient.fromConnectionString(connection, { retryOptions });
    services.set(connection, service);
    return service.getQueueClient(resolveSettings(binding.queueName, settings).toLowerCase() + suffix);
  };
}
