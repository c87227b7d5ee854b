import type { RegisteredFunction, RpcBinding } from './core-api.ts';
import type { WriteOutputs } from './execute.ts';
import type { QueueSettings } from './host-settings.ts';
import { encodeMessage } from './queue-messages.ts';
import type { QueueOf } from './queue-storage.ts';
import { type RpcTypedData, toQueueMessages } from './rpc-data.ts';

/** Writes one value where its output binding says. Another kind of storage is another entry in the host's table. */
export type OutputWriter = (binding: RpcBinding, data: RpcTypedData) => Promise<void>;

/** Writers by binding type. */
export type OutputWriters = Readonly<Record<string, OutputWriter>>;

/** Puts messages into queues, creating a queue that is missing as the .NET extension does; `wrote` hears which. */
export function createQueueWriter(
  queueOf: QueueOf,
  encoding: QueueSettings['messageEncoding'],
  wrote: (queueName: string) => void,
): OutputWriter {
  return async (binding, data) => {
    const queue = queueOf(binding);
    for (const message of toQueueMessages(data)) await sendCreating(queue, encodeMessage(message, encoding));
    wrote(queue.name);
  };
}

async function sendCreating(queue: ReturnType<QueueOf>, body: string): Promise<void> {
  try {
    await queue.sendMessage(body);
  } catch (error) {
    if ((error as { code?: string }).code !== 'QueueNotFound') throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(body);
  }
}

/** Writes all that a handler left behind, its return value included; HTTP responses are the HTTP trigger's. */
export function createWriteOutputs(writers: OutputWriters): WriteOutputs {
  return async (fn, { outputs, returnValue }) => {
    for (const [name, binding] of outputBindings(fn)) {
      const data = name === '$return' ? returnValue : outputs.get(name);
      if (data === undefined) continue;
      const write = writers[binding.type];
      if (!write)
        throw new Error(`Cannot write the output ${name} of ${fn.metadata.name}: type ${binding.type} is unknown.`);
      await write(binding, data);
    }
  };
}

/** The bindings that the host writes, by name: all outputs but HTTP responses. */
export function outputBindings(fn: RegisteredFunction): [string, RpcBinding][] {
  return Object.entries(fn.metadata.bindings).filter(
    ([, { direction, type }]) => direction === 'out' && type !== 'http',
  );
}
