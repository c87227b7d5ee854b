import type { ChildProcess } from 'node:child_process';

/** How a child process ended, once it has and all its output has been read: `exit code 1`, or the signal's name. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
