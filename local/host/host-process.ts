import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endOf } from '../end-of.ts';
import { inherited } from '../inherited.ts';
import { SPAWNED_BY } from '../stop-with-parent.ts';
import type { FunctionSummary } from './host.ts';
import type { Keys } from './keys.ts';
import type { LogRecord } from './log.ts';

export interface HostProcessOptions {
  /** The app's folder. */
  app: string;
  /** The app's whole environment, but for what is `inherited`: nothing else of ours leaks in. */
  env: Record<string, string>;
  onLog?: (record: LogRecord) => void;
  /** How long to wait for the host to be ready, in milliseconds. */
  startLimitInMs?: number;
}

export interface HostProcess {
  url: string;
  masterKey: string;
  functions: FunctionSummary[];
  keys: Keys;
  pid: number;
  /** Resolves when the process has ended, however that came, with what it ended with: an exit code or a signal. */
  ended: Promise<string>;
  /** Starts a timer or queue function through the admin API; resolves when the host has accepted. */
  trigger(name: string, input?: unknown): Promise<void>;
  /** Lets the host drain and end. */
  close(): Promise<void>;
}

type ReadyLine = Pick<HostProcess, 'url' | 'masterKey' | 'functions' | 'keys'>;

/** Longer than the host's own drain. */
const closeLimitInMs = 10_000;

/** Runs the local host in a process of its own. Rejects with what it printed as an error if it does not get ready. */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, '--json', '--app', options.app], {
    env: { ...inherited(), ...options.env, [SPAWNED_BY]: String(process.pid) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const ready = await untilReady(child, options);
  return {
    ...ready,
    pid: child.pid ?? 0,
    ended,
    trigger: (name, input) => trigger(ready, name, input),
    close: () => end(child),
  };
}

function untilReady(child: ChildProcess, { onLog, startLimitInMs = 30_000 }: HostProcessOptions): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    let errors = '';
    let ready = false;
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`Cannot start the Functions host: ${why}.\n${errors.trim()}`));
    };
    const timer = setTimeout(() => fail(`it was not ready after ${startLimitInMs} ms`), startLimitInMs);
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += ready ? '' : chunk.toString();
      if (ready) onLog?.(printed('error', chunk.toString()));
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const json = parseObject(line);
        if (ready) onLog?.(json ? (json as unknown as LogRecord) : printed('information', line));
        else if (json?.ready === true) {
          ready = true;
          clearTimeout(timer);
          resolve(json as unknown as ReadyLine);
        } else errors += `${line}\n`;
      });
    }
    child.once('error', (error) => fail(error.message));
    // 'close' and not 'exit': by then everything it printed has been read.
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${signal ?? code}`);
    });
  });
}

/** What was written past the log, by native code for example. */
function printed(level: LogRecord['level'], text: string): LogRecord {
  return { at: new Date().toISOString(), level, message: text.trimEnd() };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // Not ours: something printed to standard output directly.
  }
}

async function trigger({ url, masterKey }: ReadyLine, name: string, input: unknown): Promise<void> {
  const response = await fetch(`${url}/admin/functions/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'x-functions-key': masterKey, 'content-type': 'application/json' },
    body: JSON.stringify(input === undefined ? {} : { input }),
  });
  if (response.status === 202) return;
  throw new Error(`Cannot start the function ${name}: the host answered ${response.status} ${await response.text()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), closeLimitInMs);
  await closed;
  clearTimeout(impatience);
}
