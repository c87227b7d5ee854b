import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Runs a program of this folder in a process of its own, so that its memory is nobody else's, and returns what it printed,
 * parsed from JSON. Rejects with what it printed as an error where it fails.
 */
export async function inChild<T>(program: string, args: readonly (string | number)[]): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', path, ...args.map(String)]);
  return JSON.parse(stdout);
}
