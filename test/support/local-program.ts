import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { descendantsOf, running } from './process-table.ts';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));

/** A program of `local/` in a pipe, with a temporary folder of its own. */
export interface LocalProgram {
  /** Standard output so far. */
  out(): string;
  err(): string;
  /** Resolves once standard output holds the text behind `from`; rejects if the program has ended without it. */
  printed(text: string, from?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, once it has ended and everything that it printed is here. */
  ended(): Promise<number | null>;
  /** Processes that it has started and that run at the moment. */
  children(): number[];
  /** Waits until none of these processes runs; the test's own time limit ends a wait in vain. */
  gone(pids: readonly number[]): Promise<void>;
  /** What it has left in its temporary folder. */
  leftFiles(): string[];
  /** Ends it in whatever state it is, and removes its temporary folder. */
  dispose(): void;
}

export function startLocalProgram(program: string, ...args: string[]): LocalProgram {
  const folder = mkdtempSync(join(tmpdir(), 'local-program-'));
  const env = { PATH: process.env.PATH, TMPDIR: folder };
  const child: ChildProcess = spawn(process.execPath, [RUN, program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.err += chunk;
  });
  const closed = once(child, 'close');
  return {
    out: () => text.out,
    err: () => text.err,
    async printed(wanted, from = 0) {
      while (!text.out.includes(wanted, from)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`It ended before it printed '${wanted}':\n${text.out}\n${text.err}`);
        }
        await Promise.race([once(child.stdout ?? child, 'data'), closed]);
      }
    },
    kill: (signal) => child.kill(signal),
    ended: async () => (await closed)[0] as number | null,
    children: () => descendantsOf(child.pid ?? 0),
    async gone(pids) {
      while (running(pids).length > 0) await delay(50);
    },
    leftFiles: () => readdirSync(folder),
    dispose() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ports of this machine that a text names. */
export function portsIn(text: string): number[] {
  return [...text.matchAll(/(?:localhost|127\.0\.0\.1):(\d+)/g)].map(([, port]) => Number(port));
}

/** Does what the line to paste does: `curl -X POST URL -H 'name: value' … -d 'body'`. Returns the status. */
export async function runCurlLine(text: string): Promise<number> {
  const line = text.split('\n').find((each) => each.startsWith('curl ')) ?? '';
  const url = /https?:\/\/\S+/.exec(line)?.[0] ?? '';
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value = '']) => [name, value]);
  const body = /-d '([^']*)'/.exec(line)?.[1] ?? '';
  const response = await fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body });
  return response.status;
}
