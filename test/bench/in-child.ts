import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';
import { bundleProgram } from './bundle-program.ts';

interface ChildOptions {
  /** Node's own options. */
  readonly node?: readonly string[];
}

/**
 * Runs a program of this folder in a process of its own, so that its memory is nobody else's, and returns what it printed,
 * parsed from JSON. Bundled, as the app is: what strips types takes more memory than all else. Rejects with what it
 * printed as an error where it fails.
 */
export async function inChild<T>(
  program: string,
  args: readonly (string | number)[],
  { node = [] }: ChildOptions = {},
): Promise<T> {
  const directory = createTemporaryDirectory('bench-child-');
  try {
    const file = join(directory.path, 'program.mjs');
    await bundleProgram(program, file);
    const all = ['--expose-gc', ...node, file, ...args.map(String)];
    const { stdout } = await promisify(execFile)(process.execPath, all);
    return JSON.parse(stdout);
  } finally {
    directory.remove();
  }
}
