import { setTimeout as delay } from 'node:timers/promises';
import { addressLines } from './addresses.ts';
import type { LogRecord } from './host/log.ts';
import { type StartingLocalAzure, startLocalAzure } from './local-azure.ts';
import { readOptions } from './read-options.ts';
import { readSeedOptions, SEED_USAGE } from './read-seed-options.ts';
import { onShutdown } from './stop-with-parent.ts';
import { heading } from './terminal/heading.ts';
import { createNameOf } from './terminal/name-of.ts';
import { paragraph } from './terminal/paragraph.ts';
import { recordLines } from './terminal/record-lines.ts';
import { createScreen } from './terminal/screen.ts';
import { openAllocationWebhook } from './webhook-address.ts';

const USAGE = `Usage: npm start -- [--seed FILE | --empty]

Runs the app on this machine until Ctrl-C: emulated Azure, Azurite and a Functions host on free ports of 127.0.0.1.
The scan runs on the app's default schedule, hourly, and whenever it is fired by hand; its events appear as they happen.

${SEED_USAGE}`;

/** Ctrl-C ends the child processes, too, and their end may be noticed before the signal that comes to this one. */
const SIGNAL_GRACE_MS = 200;

/**
 * `npm start`: ends with 130 on Ctrl-C, 0 on SIGTERM, 1 if something does not start or
 * ends by itself, 2 for wrong arguments.
 */
export async function main(args: string[]): Promise<void> {
  const { seed } = readOptions(USAGE, () => readSeedOptions(args, new Date()));
  const screen = createScreen(process.stdout, () => performance.now());
  const { paint } = screen;
  const show = (lines: readonly string[]) => {
    for (const line of lines) screen.line(line);
  };
  let nameOf = (address: string) => address;
  const when = ({ at }: LogRecord) => `${at.slice(11, 19)}Z`;
  let starting: StartingLocalAzure | undefined;
  let interrupted = false;
  // Before the first line: whoever sees it may press Ctrl-C.
  onShutdown(async () => {
    interrupted = true;
    screen.end('  Stopping everything.');
    await starting?.close();
  });
  show(heading('Starting', paint));
  starting = startLocalAzure({
    seed,
    webhook: await openAllocationWebhook(new Date()),
    onLog: (record) => show(recordLines(record, { paint, nameOf, when })),
    onFailure: (text) => screen.line(paint('red', text)),
    task: screen.task,
  });
  let failure: string;
  try {
    const azure = await starting.ready;
    nameOf = createNameOf(azure.emulator);
    show([...addressLines(azure, paint), ...heading('Events and errors of the app, until Ctrl-C', paint)]);
    failure = await azure.ended;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  await delay(SIGNAL_GRACE_MS);
  if (interrupted) return; // The process ends when everything has stopped.
  show(
    failure
      .split('\n')
      .flatMap(paragraph)
      .map((line) => paint('red', line)),
  );
  await starting.close();
  screen.end();
  process.exit(1);
}
