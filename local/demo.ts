import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addressLines } from './addresses.ts';
import { demoSeed } from './demo/demo-seed.ts';
import { createLogBook, type LogBook } from './demo/log-book.ts';
import { OVERLAP_SECONDS } from './demo/move-devices.ts';
import { runDemo } from './demo/run-demo.ts';
import { commandSection } from './demo/sections.ts';
import { createStoryLines } from './demo/story-lines.ts';
import { formatLogRecord } from './host/format-log-record.ts';
import { type LocalAzure, type StartingLocalAzure, startLocalAzure } from './local-azure.ts';
import { readOptions } from './read-options.ts';
import { onShutdown } from './stop-with-parent.ts';
import { heading } from './terminal/heading.ts';
import { seconds } from './terminal/layout.ts';
import { createNameOf } from './terminal/name-of.ts';
import type { Paint } from './terminal/paint.ts';
import { paragraph } from './terminal/paragraph.ts';
import { createScreen, type Screen } from './terminal/screen.ts';
import { openAllocationWebhook, type WebhookAddress } from './webhook-address.ts';

const USAGE = `Usage: npm run demo -- [--keep]

The whole life of a CA certificate on this machine, from its renewal to the retirement of the old one: emulated Azure,
Azurite and a Functions host on free ports of 127.0.0.1, the app on top of them, and a fleet of 24 devices in which one
CA is due. Exits 0 only if the end state, read back through the services' APIs, is right.

  --keep   stay up afterwards, with all addresses, until Ctrl-C
  --help   print this
`;

/** February 29th: only the demo itself fires the scan. */
const SCAN_SCHEDULE = '0 0 0 29 2 *';
/** Ctrl-C ends the child processes, too, and their end may be noticed before the signal that comes to this one. */
const SIGNAL_GRACE_MS = 200;
/** Lines of the host's log that are worth reading when something has failed. */
const LAST_LINES = 12;

const SEEN =
  'plant-a-ca had 60 days of its two years left, so the scan put its name on a queue, and no more than its name. The ' +
  "renewal looked at everything afresh, had Key Vault make a new key, had fleet-root's key sign the new certificate " +
  'in its own vault, uploaded it beside the old one and proved possession of its key to DPS. Then every enrollment that ' +
  'trusted the old CA came to trust both: by the name of an entry, with the certificate embedded, or of one device ' +
  'alone. Devices got certificates of the new CA and registered again, each on the hub where it was; and the webhook ' +
  'that chose their hubs saw which CA each was under. The old CA left each enrollment when the last of its devices had ' +
  "moved, and then its entry was deleted. plant-b-ca was not due and legacy-partner-ca is nobody's here, so neither was " +
  'touched.';

const NEXT = [
  ['npm run demo -- --keep', 'the same, and everything stays up to look at'],
  ['npm start', "a fleet like it, renewed on the app's own schedule"],
  ['npm run emulator', 'the emulated Azure alone, for your own code'],
] as const;

/** `npm run demo`: exits with 0, 1 if something is not as it should be, 2 for wrong arguments, 130 on Ctrl-C. */
export async function main(args: string[]): Promise<void> {
  const { keep } = readOptions(USAGE, () => parse(args));
  const began = performance.now();
  const screen = createScreen(process.stdout, () => performance.now());
  const book = createLogBook();
  let starting: StartingLocalAzure | undefined;
  let interrupted = false;
  // Before the first line: whoever sees it may press Ctrl-C.
  onShutdown(async () => {
    interrupted = true;
    screen.end('  Stopping everything.');
    await starting?.close();
  });
  show(screen, heading('A CA certificate of a DPS is renewed, from end to end', screen.paint));
  starting = start(screen, book, await openAllocationWebhook(new Date()));
  let outcome = await tell(starting, screen, book);
  if (interrupted) return; // The process ends when everything has stopped.
  if (keep && outcome.azure) {
    show(screen, [...addressLines(outcome.azure, screen.paint), '', '  Up until Ctrl-C.']);
    const ended = await outcome.azure.ended;
    await delay(SIGNAL_GRACE_MS);
    if (interrupted) return;
    outcome = { right: false };
    show(screen, failure(ended, book, screen.paint));
  }
  await screen.task('stopping', starting.close());
  show(screen, conclusion(outcome.right, performance.now() - began, screen.paint));
  screen.end();
  process.exit(outcome.right ? 0 : 1);
}

function parse(args: string[]): { keep: boolean; help: boolean } {
  const options = { keep: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const;
  return parseArgs({ args, options }).values;
}

/** Starts everything; from then on the app's events appear on the screen, timed from the start of their scan. */
function start(screen: Screen, book: LogBook, webhook: WebhookAddress): StartingLocalAzure {
  let nameOf = (address: string) => address;
  let scanStarted = 0;
  const storyLines = createStoryLines({
    paint: screen.paint,
    nameOf: (text) => nameOf(text),
    when: ({ at }) => `+${seconds(Date.parse(at) - scanStarted)}`,
  });
  const starting = startLocalAzure({
    seed: demoSeed(webhook.url),
    webhook,
    settings: { SCAN_SCHEDULE, RETIRE: 'unused', OVERLAP: `PT${OVERLAP_SECONDS}S` },
    onLog(record) {
      book.add(record);
      if (record.message.startsWith('Executing scan')) scanStarted = Date.parse(record.at);
      show(screen, storyLines(record));
    },
    onFailure: (text) => screen.line(screen.paint('red', text)),
    task: screen.task,
  });
  starting.ready.then(
    ({ emulator }) => {
      nameOf = createNameOf(emulator);
    },
    () => undefined, // Who waits for it reports it.
  );
  return starting;
}

/** How it came out: whether all is right, and what is up if it got so far. */
interface Outcome {
  readonly right: boolean;
  readonly azure?: LocalAzure;
}

async function tell(starting: StartingLocalAzure, screen: Screen, book: LogBook): Promise<Outcome> {
  const { paint } = screen;
  let azure: LocalAzure | undefined;
  try {
    azure = await starting.ready;
    const broken = azure.ended.then((how) => Promise.reject(new Error(how)));
    const checks = await Promise.race([runDemo({ azure, book, screen, now: () => new Date() }), broken]);
    const right = checks.every(({ fault }) => fault === undefined);
    if (right) show(screen, [...heading('What you saw', paint), ...paragraph(SEEN)]);
    if (right) show(screen, [...heading('What to try next', paint), ...commandSection(NEXT, paint)]);
    return { right, azure };
  } catch (error) {
    await delay(SIGNAL_GRACE_MS);
    show(screen, failure(error, book, paint));
    return { right: false, ...(azure && { azure }) };
  }
}

function failure(error: unknown, book: LogBook, paint: Paint): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const last = book.records.slice(-LAST_LINES).map((record) => `  ${formatLogRecord(record, false)}`);
  return [
    '',
    ...message
      .split('\n')
      .flatMap(paragraph)
      .map((line) => paint('red', line)),
    ...(last.length > 0 ? [...heading("The host's last lines", paint), ...last] : []),
  ];
}

function conclusion(right: boolean, milliseconds: number, paint: Paint): string[] {
  const text = right ? 'Everything is as it should be' : 'Something is not as it should be';
  return ['', `  ${paint(right ? ['bold', 'green'] : ['bold', 'red'], text)}, after ${seconds(milliseconds)}.`, ''];
}

function show(screen: Screen, lines: readonly string[]): void {
  for (const line of lines) screen.line(line);
}
