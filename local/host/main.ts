import { Console } from 'node:console';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readOptions } from '../read-options.ts';
import { onShutdown } from '../stop-with-parent.ts';
import { readLocalSettings } from './app-settings.ts';
import { errorMessage, errorText } from './error-text.ts';
import { formatLogRecord } from './format-log-record.ts';
import { type Host, startHost } from './host.ts';
import { PROCESSING_TIMEOUT_SETTING, readHostSettings } from './host-settings.ts';
import { createLog, type Log, type LogLevel, type LogRecord } from './log.ts';

const usage = `Runs an Azure Functions app on this machine: timers, storage queues and HTTP.

  node local/host/main.ts [--app DIR] [--port N] [--json]

  --app DIR   folder with host.json and package.json (default: the current folder)
  --port N    port on 127.0.0.1 (default: any free one)
  --json      one JSON line when ready, then one per log record
  --help      this text

The environment is the app's; "Values" of DIR/local.settings.json fill what it leaves out. AzureWebJobsStorage is a
connection string, for example of Azurite. LOCAL_HOST_MASTER_KEY and LOCAL_HOST_FUNCTION_KEY fix the access keys,
which otherwise differ with each start. LOCAL_HOST_PROCESSING_TIMEOUT (default 00:10:00, as on Azure) is how long a
message stays hidden when the process dies in the middle of it.
`;

/** What is this host's own is no business of the app's: it is taken out of its environment. */
const ownSettings = [
  'LOCAL_HOST_MASTER_KEY',
  'LOCAL_HOST_FUNCTION_KEY',
  PROCESSING_TIMEOUT_SETTING,
  'NODE_COMPILE_CACHE',
];

const { app, port, json } = readOptions(usage, readArguments);
try {
  await run(app, port, json);
} catch (error) {
  process.stderr.write(`${errorMessage(error)}\n`);
  process.exit(1);
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: '.' },
      port: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, app: path.resolve(values.app), port: toPort(values.port) };
}

async function run(app: string, port: number, json: boolean): Promise<void> {
  const output = openOutput(json);
  const log = createLog(output.write, () => new Date());
  let host: Host | undefined;
  onShutdown(async () => await host?.close()); // From the first: a parent may die while its host still starts.
  enterFolder(app);
  for (const [name, value] of Object.entries(await readLocalSettings(app))) process.env[name] ??= value;
  const settings = { ...process.env };
  for (const name of ownSettings) delete process.env[name];
  const hostSettings = await readHostSettings(app, settings, os.availableParallelism());
  globalThis.console = logConsole(log);
  // A worker with an uncaught error ends, and the real host starts another; here the host ends with it.
  process.on('uncaughtException', (error) => {
    log('critical', `Uncaught error in the app, the host stops: ${errorText(error)}`);
    process.exit(1);
  });
  host = await startHost({ app, port, settings, hostSettings, log, now: () => new Date(), random: Math.random });
  output.ready(host);
}

/** The app's folder is a worker's current folder: apps open their files relative to it. */
function enterFolder(app: string): void {
  try {
    process.chdir(app);
  } catch (cause) {
    throw new Error(`Cannot run the app in ${app}: there is no such folder.`, { cause });
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`Cannot use --port ${text}: give a number from 0 to 65535.`);
}

/** Holds log records back until the host is ready, so that the first line of standard output says so. */
function openOutput(json: boolean): { write: (record: LogRecord) => void; ready: (host: Host) => void } {
  process.stdout.on('error', () => {}); // The reader has gone; its end is what stops this process, not a broken pipe.
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const line = (record: LogRecord) => `${json ? JSON.stringify(record) : formatLogRecord(record, colour)}\n`;
  let held: LogRecord[] | undefined = json ? [] : undefined;
  // A write to a pipe blocks: under load one for each line would be a fifth of what a call costs.
  let lines: string[] = [];
  const flush = () => {
    process.stdout.write(lines.join(''));
    lines = [];
  };
  const put = (text: string) => {
    if (lines.length === 0) setImmediate(flush);
    lines.push(text);
  };
  process.once('exit', () => {
    // Errors that end the host before it is ready must not be lost.
    process.stderr.write((held ?? []).map((record) => `${record.message}\n`).join(''));
    flush();
  });
  return {
    write: (record) => {
      if (held) held.push(record);
      else put(line(record));
    },
    ready: (host) => {
      put(json ? `${JSON.stringify(readyLine(host))}\n` : readyText(host));
      for (const record of held ?? []) put(line(record));
      held = undefined;
    },
  };
}

function readyLine({ url, keys, functions }: Host): object {
  return { ready: true, url, masterKey: keys.master, functions, keys };
}

function readyText({ url, keys, functions }: Host): string {
  const lines = functions.map((fn) => `  ${fn.name}  ${fn.trigger}  ${fn.url ?? fn.schedule ?? fn.queue ?? ''}`);
  return [`Listening on ${url}, master key ${keys.master}`, ...lines, ''].join('\n');
}

/** What the app prints with console belongs in the log, as under the real host, and not on standard output. */
function logConsole(log: Log): Console {
  const stream = (level: LogLevel) =>
    new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        log(level, String(chunk).replace(/\n$/, ''));
        done();
      },
    });
  return new Console(stream('information'), stream('warning'));
}
