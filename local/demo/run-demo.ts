import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import type { LoggedRequest } from '../emulator/control/traffic.ts';
import type { LogRecord } from '../host/log.ts';
import type { LocalAzure } from '../local-azure.ts';
import { heading } from '../terminal/heading.ts';
import { parseEvent } from '../terminal/parse-event.ts';
import type { Screen } from '../terminal/screen.ts';
import { type Check, check, type SecondScan } from './checks.ts';
import { type CallCount, countCalls } from './count-calls.ts';
import { createEmulatorApi } from './emulator-api.ts';
import type { LogBook } from './log-book.ts';
import { readFleet } from './read-fleet.ts';
import { callSection, checkSection, fleetSection } from './sections.ts';

/** The CA of the demo fleet whose renewal window is open, and the CA that signs for it. */
const DUE = 'plant-a-ca';
const ISSUER = 'fleet-root';
/** The demo's setting OVERLAP. */
export const OVERLAP_SECONDS = 4;
/** The service tells times to the second. */
const MARGIN_MS = 1_100;
/** For a renewal that takes a fraction of a second. */
const LIMIT_MS = 45_000;

/** What the demo works with. */
export interface Stage {
  readonly azure: LocalAzure;
  readonly book: LogBook;
  readonly screen: Screen;
  readonly now: () => Date;
}

/**
 * The story of the demo: the fleet before, a scan and the renewal it causes, a second scan, the fleet in the overlap, a
 * scan after it, the fleet at the end, and whether all is as it should be. Returns the checks. Rejects if the story breaks off.
 */
export async function runDemo(stage: Stage): Promise<readonly Check[]> {
  const { azure, screen, now } = stage;
  const { paint } = screen;
  const show = (lines: readonly string[]) => {
    for (const line of lines) screen.line(line);
  };
  const api = createEmulatorApi(azure.emulator);
  try {
    const before = await readFleet(api, azure.emulator);
    show([...heading("Before, as the services' APIs tell it", paint), ...fleetSection(before, now(), paint)]);

    show(heading('A scan, fired by hand: POST /admin/functions/scan', paint));
    const calls = await renew(stage);
    show(heading('A second scan', paint));
    const secondScan = await scanAgain(stage);

    const renewed = await readFleet(api, azure.emulator);
    show([
      ...heading('Renewed: both are trusted (+ is new, ~ changed)', paint),
      ...fleetSection(renewed, now(), paint, before),
    ]);
    show([...heading('Calls that it took', paint), ...callSection(calls.scan, calls.renewal, paint)]);

    show(heading(`The overlap: ${OVERLAP_SECONDS} seconds here, 30 days by default`, paint));
    await screen.task('devices would get their new certificates now', delay(OVERLAP_SECONDS * 1000 + MARGIN_MS));
    await retire(stage);
    const after = await readFleet(api, azure.emulator);
    show([...heading('After (- is gone, ~ changed)', paint), ...fleetSection(after, now(), paint, renewed)]);
    const violations = await violationsOf(azure);
    const requests = await requestsOf(azure);
    const checks = check({ due: DUE, issuer: ISSUER, before, renewed, after, secondScan, requests, violations });
    show([...heading("Checked against the services' APIs", paint), ...checkSection(checks, paint)]);
    return checks;
  } finally {
    api.close();
  }
}

/** Fires the scan, waits until the renewal of the due CA has come to rest, and counts the calls of both. */
async function renew(stage: Stage): Promise<{ readonly scan: CallCount; readonly renewal: CallCount }> {
  const { azure, book } = stage;
  const [from, seen] = [book.records.length, (await requestsOf(azure)).length];
  await scanAndSettle(stage, `until the renewal of ${DUE} has settled`);
  const scanned = await ended(book, 'scan', from);
  await ended(book, 'renew', from);
  const requests = (await requestsOf(azure)).slice(seen);
  // The renewal reads a message that the scan wrote at its end: no call of the one overlaps with one of the other.
  return {
    scan: countCalls(requests.filter(({ at }) => at <= scanned.at)),
    renewal: countCalls(requests.filter(({ at }) => at > scanned.at)),
  };
}

/** A scan after the overlap: the old generation leaves the enrollments, and its entry is deleted. */
async function retire(stage: Stage): Promise<void> {
  const from = stage.book.records.length;
  await scanAndSettle(stage, `until the old generation of ${DUE} has retired`);
  await ended(stage.book, 'scan', from);
  await ended(stage.book, 'renew', from);
}

/** Fires the scan, and waits until the CA that it finds something to do for has come to rest. */
async function scanAndSettle({ azure, book, screen }: Stage, task: string): Promise<void> {
  const from = book.records.length;
  await azure.host.trigger('scan');
  const settled = book.first(
    (record) => {
      throwOnFailure(record);
      const event = parseEvent(record);
      return event?.event === 'renewal_settled' && event.ca === DUE ? record : undefined;
    },
    { from, limitInMs: LIMIT_MS, what: `the renewal of ${DUE} to settle (event renewal_settled)` },
  );
  await screen.task(task, settled);
}

/** Fires the scan once more and sees what comes of it. */
async function scanAgain({ azure, book, screen }: Stage): Promise<SecondScan> {
  const [from, seen] = [book.records.length, (await requestsOf(azure)).length];
  await azure.host.trigger('scan');
  // The host logs the end of an invocation after it has written its messages.
  await screen.task('until the scan has ended', ended(book, 'scan', from));
  const queue = QueueServiceClient.fromConnectionString(azure.storage).getQueueClient('renewals');
  const { approximateMessagesCount } = await queue.getProperties();
  return {
    queued: approximateMessagesCount ?? 0,
    renewals: book.records.slice(from).filter((record) => record.function === 'renew').length,
    requests: (await requestsOf(azure)).slice(seen),
  };
}

/** The record by which the host says that a function has ended well. */
function ended(book: LogBook, name: string, from: number): Promise<LogRecord> {
  return book.first(
    (record) => {
      throwOnFailure(record);
      return record.function === name && /^Executed \S+, succeeded/.test(record.message) ? record : undefined;
    },
    { from, limitInMs: LIMIT_MS, what: `the function ${name} to end` },
  );
}

/** Nothing that goes wrong here mends itself in time: the queue delivers a failed message again after a minute. */
function throwOnFailure(record: LogRecord): void {
  const event = parseEvent(record);
  switch (event?.event) {
    case 'renewal_refused':
    case 'renewal_abandoned':
      throw new Error(`The renewal of ${event.ca ?? 'an unknown CA'} came to nothing: ${event.message}`);
    case 'settings_invalid':
      throw new Error(`The app refused its settings: ${event.faults.join('; ')}`);
  }
  if (record.level === 'critical' || /^Executed \S+, failed/.test(record.message)) {
    throw new Error(`The function ${record.function ?? 'host'} failed: ${record.message.split('\n')[0]}`);
  }
}

/** What the emulator's observer, which looks at every write, holds against one. */
async function violationsOf({ emulator }: LocalAzure): Promise<unknown[]> {
  const response = await fetch(`${emulator.control}/violations`);
  return (await response.json()) as unknown[];
}

async function requestsOf({ emulator }: LocalAzure): Promise<LoggedRequest[]> {
  const response = await fetch(`${emulator.control}/requests`);
  return (await response.json()) as LoggedRequest[];
}
