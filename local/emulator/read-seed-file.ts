import { readFileSync } from 'node:fs';
import { parseSeed } from './parse-seed.ts';
import type { SeedInput } from './seed.ts';

/**
 * Reads and checks a seed file.
 * Throws an Error that says why it cannot be used: one sentence, and below it each fault with its path.
 *
 * @param now what relative times are relative to
 */
export function readSeedFile(path: string, now: Date): SeedInput {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`Cannot read the seed file '${path}': ${message(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot use the seed file '${path}', as it is not JSON: ${message(error)}`, { cause: error });
  }
  const parsed = parseSeed(value, now);
  if ('seed' in parsed) return parsed.seed;
  throw new Error(`Cannot use the seed file '${path}':\n${parsed.faults.map((fault) => `  ${fault}`).join('\n')}`);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
