import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own, gone at the latest when the process ends other than by SIGKILL. */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
}

/** One exit listener for all: Node warns of a leak at the eleventh, and a test run may have more emulators than that. */
const present = new Set<string>();

export function createTemporaryDirectory(): TemporaryDirectory {
  if (present.size === 0) process.on('exit', removeAll);
  const path = mkdtempSync(join(tmpdir(), 'dps-emulator-'));
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

function removeAll(): void {
  for (const path of present) removeTree(path);
}

function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
