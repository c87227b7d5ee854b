import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A directory of its own, gone with `remove`, or when this process ends by itself or by process.exit. SIGKILL leaves
 * it behind, and so does any other signal that the process does not handle: `onShutdown` handles the usual ones.
 */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
}

/** One exit listener for all: Node warns of a leak at the eleventh, and a test run may have more emulators than that. */
const present = new Set<string>();

/**
 * Makes an empty directory for this user alone, below the system's folder for temporary files.
 *
 * @param prefix what its name begins with, so that one that was left behind tells whose it is
 */
export function createTemporaryDirectory(prefix: string): TemporaryDirectory {
  const path = make(prefix);
  if (present.size === 0) process.on('exit', removeAll);
  present.add(path);
  return {
    path,
    remove: () => {
      removeTree(path);
      present.delete(path);
      if (present.size === 0) process.off('exit', removeAll);
    },
  };
}

function make(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`No temporary folder in '${tmpdir()}': ${why}. Set TMPDIR to a folder that can be written to.`, {
      cause,
    });
  }
}

function removeAll(): void {
  for (const path of present) removeTree(path);
}

function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
