import { setTimeout } from 'node:timers/promises';
import { flushReports } from './compose-reports.ts';
import { endSoon } from './ending.ts';

/** Half of the five seconds that the host gives; the other half is for sending. */
const LIMIT_MS = 2500;
/** Until the host has the outcome of an invocation that has ended: the worker exits as soon as its hooks have run. */
const HANDOVER_MS = 200;

/**
 * The process is about to end: renewals end the step that they are at, and give their messages back; then what
 * invocations have said and not sent yet goes out. Never throws.
 */
export async function endProcess(): Promise<void> {
  const count = await endSoon(
    () => new Date(),
    LIMIT_MS,
    (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
  );
  await flushReports();
  if (count > 0) await setTimeout(HANDOVER_MS);
}
