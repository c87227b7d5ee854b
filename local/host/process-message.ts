import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { RegisteredFunction } from './core-api.ts';
import { errorMessage } from './error-text.ts';
import type { Execute } from './execute.ts';
import type { QueueSettings } from './host-settings.ts';
import type { Log } from './log.ts';
import { decodeMessage } from './queue-messages.ts';
import type { RpcTypedData } from './rpc-data.ts';

export interface MessageOptions {
  fn: RegisteredFunction;
  queue: QueueClient;
  /** Absent for a queue that is itself a poison queue: there is none of a poison queue. */
  poisonQueue: QueueClient | undefined;
  settings: QueueSettings;
  execute: Execute;
  log: Log;
}

/**
 * Runs the function for one received message and settles the message as the .NET host's QueueProcessor does:
 * success deletes it; failure shows it again after visibilityTimeout; failure at maxDequeueCount, or a body that
 * cannot be decoded, moves it to the poison queue. So does having been taken maxDequeueCount times without an end,
 * which is a message that its process did not survive; it is not run again. A message that fails in a poison queue stays
 * hidden for the rest of its ten minutes, which keeps it from going round in a fast loop. Never rejects.
 */
export async function processMessage(options: MessageOptions, message: DequeuedMessageItem): Promise<void> {
  const { fn, queue, poisonQueue, settings, execute, log } = options;
  try {
    const text = decodeMessage(message.messageText, settings.messageEncoding);
    if (text === undefined) {
      const why = `Message ${message.messageId} is not base64, as messageEncoding in host.json says.`;
      await moveToPoison(options, message, message.popReceipt, why);
      return;
    }
    if (poisonQueue && message.dequeueCount > settings.maxDequeueCount) {
      await moveToPoison(options, message, message.popReceipt, exhausted(settings));
      return;
    }
    const renewal = keepHidden(options, message);
    const reason = `message ${message.messageId} of ${queue.name}, dequeue count ${message.dequeueCount}`;
    const { succeeded } = await execute(fn, reason, { string: text }, triggerMetadata(message, text));
    const popReceipt = await renewal.stop();
    if (succeeded) await queue.deleteMessage(message.messageId, popReceipt);
    else if (!poisonQueue) return;
    else if (message.dequeueCount >= settings.maxDequeueCount) {
      await moveToPoison(options, message, popReceipt, exhausted(settings));
    } else await release(queue, message, popReceipt, settings.visibilityTimeoutInMs);
  } catch (error) {
    // The message comes back by itself when its ten minutes are over.
    log('error', `Cannot settle message ${message.messageId} of ${queue.name}: ${errorMessage(error)}`);
  }
}

/** Why a message is given up. Alerts look for this text, which is the real host's. */
export function exhausted({ maxDequeueCount }: Pick<QueueSettings, 'maxDequeueCount'>): string {
  return `Message has reached MaxDequeueCount of ${maxDequeueCount}.`;
}

/** Shows a message again after the delay (whole seconds: the service takes nothing finer). */
export async function release(
  queue: QueueClient,
  message: DequeuedMessageItem,
  popReceipt: string,
  delayInMs: number,
): Promise<void> {
  await queue.updateMessage(message.messageId, popReceipt, undefined, Math.ceil(delayInMs / 1000));
}

async function moveToPoison(
  { queue, poisonQueue, log, fn }: MessageOptions,
  message: DequeuedMessageItem,
  popReceipt: string,
  why: string,
): Promise<void> {
  const source = { function: fn.metadata.name };
  if (!poisonQueue) {
    log('error', `${why} It stays in queue '${queue.name}', hidden for a while: a poison queue has none.`, source);
    return;
  }
  log('warning', movingTo(poisonQueue.name, why), source);
  await poisonQueue.createIfNotExists();
  // The body as it came: it is encoded already, or never was. Poison messages do not expire.
  await poisonQueue.sendMessage(message.messageText, { messageTimeToLive: -1 });
  await queue.deleteMessage(message.messageId, popReceipt);
}

/** What is said of a message that goes to a poison queue. */
export function movingTo(queue: string, why: string): string {
  return `${why} Moving message to queue '${queue}'.`;
}

/** Renews the message's invisibility until stopped; `stop` gives the pop receipt that is then valid. */
function keepHidden(
  { queue, settings, log }: MessageOptions,
  message: DequeuedMessageItem,
): { stop(): Promise<string> } {
  const { processingTimeoutInMs } = settings;
  let popReceipt = Promise.resolve(message.popReceipt);
  const renew = async (current: string): Promise<string> => {
    try {
      const updated = await queue.updateMessage(message.messageId, current, undefined, processingTimeoutInMs / 1000);
      return updated.popReceipt ?? current;
    } catch (error) {
      log('warning', `Cannot keep message ${message.messageId} of ${queue.name} hidden: ${errorMessage(error)}`);
      return current;
    }
  };
  const timer = setInterval(() => {
    popReceipt = popReceipt.then(renew);
  }, processingTimeoutInMs / 2);
  return {
    stop: () => {
      clearInterval(timer);
      return popReceipt;
    },
  };
}

/** In the .NET host's casing; the library makes the first letters small. */
export function triggerMetadata(message: DequeuedMessageItem, text: string): Record<string, RpcTypedData> {
  return {
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
    ExpirationTime: { string: message.expiresOn.toISOString() },
    Id: { string: message.messageId },
    InsertionTime: { string: message.insertedOn.toISOString() },
    NextVisibleTime: { string: message.nextVisibleOn.toISOString() },
    PopReceipt: { string: message.popReceipt },
  };
}
