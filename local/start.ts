import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addressLines } from './addresses.ts';
import { createNameOf } from './demo/name-of.ts';
import { recordLines } from './demo/record-lines.ts';
import { createScreen } from './demo/screen.ts';
import { heading, paragraph } from './demo/sections.ts';
import { DEFAULT_SEED, EMPTY_SEED } from './emulator/default-seed.ts';
import { readSeedFile } from './emulator/read-seed-file.ts';
import type { SeedInput } from './emulator/seed.ts';
import type { LogRecord } from './host/log.ts';
import { type StartingLocalAzure, startLocalAzure } from './local-azure.ts';
import { readOptions } from './read-options.ts';
import { onShutdown } from './stop-with-parent.ts';

const USAGE = `Usage: npm start -- [--seed FILE | --empty]

Runs the app on this machine until Ctrl-C: emulated Azure, Azurite and a Functions host on free ports of 127.0.0.1.
The scan runs on the app's default schedule, hourly, and whenever it is fired by hand; its events appear as they happen.

  --seed FILE   start with the content of FILE (JSON; its schema is docs/emulator-seed.schema.json)
  --empty       start with one empty vault and one empty DPS with two linked hubs
  --help        print this

Without --seed and --empty it starts with the demo fleet.
`;

/** Ctrl-C ends the child processes, too, and their end may be noticed before the signal that comes to this one. */
const SIGNAL_GRACE_MS = 200;

/** `npm start`: ends with 130 on Ctrl-C, 0 on SIGTERM, 1 if something does not start, 2 for wrong arguments. */
export async function main(args: string[]): Promise<void> {
  const { seed } = readOptions(USAGE, () => parse(args));
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
    onLog: (record) => show(recordLines(record, { paint, nameOf, when })),
    onFailure: (text) => screen.line(paint('red', text)),
    task: screen.task,
  });
  try {
    const azure = await starting.ready;
    nameOf = createNameOf(azure.emulator);
    show([...addressLines(azure, paint), ...heading('Events and errors of the app, until Ctrl-C', paint)]);
  } catch (error) {
    await delay(SIGNAL_GRACE_MS);
    if (interrupted) return; // The process ends when everything has stopped.
    show(paragraph(error instanceof Error ? error.message : String(error)).map((line) => paint('red', line)));
    await starting.close();
    screen.end();
    process.exit(1);
  }
}

function parse(args: string[]): { seed: SeedInput; help: boolean } {
  const { seed, empty, help } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      empty: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (seed !== undefined && empty) throw new Error('--seed and --empty exclude each other: give one.');
  if (help || seed === undefined) return { seed: empty ? EMPTY_SEED : DEFAULT_SEED, help };
  return { seed: readSeedFile(seed, new Date()), help };
}
