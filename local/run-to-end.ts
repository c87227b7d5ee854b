import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { onShutdown } from './stop-with-parent.ts';

export interface RunOptions {
  readonly cwd: string;
  /** On top of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

/** What shells answer for a program that cannot be started, and for one that SIGTERM has ended. */
const NOT_STARTED = 127;
const TERMINATED = 128 + constants.signals.SIGTERM;

let running: ChildProcess | undefined;
let watching = false;
let stopping = false;

/**
 * Runs a program in this process's terminal, one at a time. When this process is told to end, or its parent dies, the
 * program is told to, and the caller gets the code to exit with: never 0, since what was cut off is no success.
 * Resolves with the exit code as shells say it: 128 + the signal's number where a signal ended it, 127 where it could
 * not be started, after a sentence on standard error.
 */
export async function runToEnd(program: string, args: readonly string[], options: RunOptions): Promise<number> {
  if (!watching) onShutdown(endRunning);
  watching = true;
  const { cwd, env } = options;
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  running = child;
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== null) return 128 + constants.signals[signal];
    return stopping ? code || TERMINATED : (code ?? NOT_STARTED);
  } catch (error) {
    console.error(`Cannot run ${program}: ${error instanceof Error ? error.message : String(error)}`);
    return NOT_STARTED;
  } finally {
    running = undefined;
  }
}

/** Whoever awaits the end of what runs then ends this process. */
async function endRunning(): Promise<void> {
  stopping = true;
  if (!running?.kill('SIGTERM')) process.exit(TERMINATED);
  await new Promise(() => {});
}
