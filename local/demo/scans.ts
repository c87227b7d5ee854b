import { QueueServiceClient } from '@azure/storage-queue';
import type { LifecycleEvent } from '../../shared/events.ts';
import type { LoggedRequest } from '../emulator/control/traffic.ts';
import type { LogRecord } from '../host/log.ts';
import { parseEvent } from '../terminal/parse-event.ts';
import type { SecondScan } from './checks.ts';
import { requestsOf } from './control.ts';
import { type CallCount, countCalls } from './count-calls.ts';
import type { LogBook } from './log-book.ts';
import type { Stage } from './stage.ts';

/** For what takes a fraction of a second. */
const LIMIT_MS = 45_000;

/** What came of a scan. */
export interface Scanned {
  /** The CAs that it found something to do for, by name. */
  readonly renewing: readonly string[];
  readonly calls: { readonly scan: CallCount; readonly renewal: CallCount };
  /** How the renewal ended, if there was one. */
  readonly settled: EventOf<'renewal_settled'> | undefined;
}

type EventOf<Name extends LifecycleEvent['event']> = Extract<LifecycleEvent, { event: Name }>;

/**
 * Fires the scan as an operator does, through the admin API, and waits until it has ended, and with it the renewal of
 * the CA that it finds something to do for. Counts the calls of both.
 */
export async function scan({ azure, book, screen }: Stage, task: string): Promise<Scanned> {
  const [from, seen] = [book.records.length, (await requestsOf(azure)).length];
  const run = async () => {
    await azure.host.trigger('scan');
    const ended = await functionEnded(book, 'scan', from);
    const { renewing } = await eventOf(book, 'scan_completed', from);
    if (renewing.length === 0) return { ended, renewing, settled: undefined };
    const settled = await eventOf(book, 'renewal_settled', from);
    await functionEnded(book, 'renew', from);
    return { ended, renewing, settled };
  };
  const { ended, renewing, settled } = await screen.task(task, run());
  const requests = (await requestsOf(azure)).slice(seen);
  // The renewal reads a message that the scan wrote at its end: no call of the one overlaps with one of the other.
  const [before, after] = [({ at }: LoggedRequest) => at <= ended.at, ({ at }: LoggedRequest) => at > ended.at];
  return {
    renewing: renewing.map(({ ca }) => ca),
    calls: { scan: countCalls(requests.filter(before)), renewal: countCalls(requests.filter(after)) },
    settled,
  };
}

/** Fires the scan where nothing is to be done, and sees what comes of it. */
export async function scanAgain({ azure, book, screen }: Stage): Promise<SecondScan> {
  const [from, seen] = [book.records.length, (await requestsOf(azure)).length];
  await azure.host.trigger('scan');
  // The host logs the end of an invocation after it has written its messages.
  await screen.task('until the scan has ended', functionEnded(book, 'scan', from));
  const queue = QueueServiceClient.fromConnectionString(azure.storage).getQueueClient('renewals');
  const { approximateMessagesCount } = await queue.getProperties();
  return {
    queued: approximateMessagesCount ?? 0,
    renewals: book.records.slice(from).filter((record) => record.function === 'renew').length,
    requests: (await requestsOf(azure)).slice(seen),
  };
}

/** Waits until a function has ended so many times since; resolves to the record by which the host says so. */
export function functionEnded(book: LogBook, name: string, from: number, times = 1): Promise<LogRecord> {
  let left = times;
  return book.first(
    (record) => {
      throwOnFailure(record);
      if (record.function !== name || !/^Executed \S+, succeeded/.test(record.message)) return undefined;
      left -= 1;
      return left === 0 ? record : undefined;
    },
    { from, limitInMs: LIMIT_MS, what: `the function ${name} to end` },
  );
}

function eventOf<Name extends LifecycleEvent['event']>(
  book: LogBook,
  name: Name,
  from: number,
): Promise<EventOf<Name>> {
  return book.first(
    (record) => {
      throwOnFailure(record);
      const event = parseEvent(record);
      return event?.event === name ? (event as EventOf<Name>) : undefined;
    },
    { from, limitInMs: LIMIT_MS, what: `the event ${name}` },
  );
}

/** Nothing that goes wrong here mends itself in time: the queue delivers a failed message again after a minute. */
function throwOnFailure(record: LogRecord): void {
  const event = parseEvent(record);
  switch (event?.event) {
    case 'renewal_refused':
    case 'renewal_abandoned':
      throw new Error(`The renewal of ${event.ca ?? 'an unknown CA'} came to nothing: ${event.message}`);
    case 'allocation_denied':
    case 'attestation_lost':
      throw new Error(`${event.event} for ${event.registrationId ?? 'an unknown device'}: ${event.message}`);
    case 'settings_invalid':
      throw new Error(`The app refused its settings: ${event.faults.join('; ')}`);
  }
  if (record.level === 'critical' || /^Executed \S+, failed/.test(record.message)) {
    throw new Error(`The function ${record.function ?? 'host'} failed: ${record.message.split('\n')[0]}`);
  }
}
