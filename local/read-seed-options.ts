import { parseArgs } from 'node:util';
import { DEFAULT_SEED, EMPTY_SEED } from './emulator/default-seed.ts';
import { readSeedFile } from './emulator/read-seed-file.ts';
import type { SeedInput } from './emulator/seed.ts';

/** What the programs that start an emulator have in common on their command lines. */
export interface SeedOptions {
  readonly seed: SeedInput;
  readonly json: boolean;
  readonly help: boolean;
}

/** How the usage of these programs explains the choice of a seed. */
export const SEED_USAGE = `  --seed FILE   start with the content of FILE (JSON; its schema is docs/emulator-seed.schema.json)
  --empty       start with one empty vault and one empty DPS with two linked hubs
  --help        print this

Without --seed and --empty it starts with the demo fleet.
`;

/**
 * Reads `--seed FILE`, `--empty`, `--help`, and `--json` where the program has it. With `--help` no file is read.
 * Throws an Error with one sentence for what it does not know, and with every fault of a seed file.
 *
 * @param now what relative times in a seed file are relative to
 */
export function readSeedOptions(args: string[], now: Date, { hasJson = false } = {}): SeedOptions {
  const { seed, empty, help, json } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      empty: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      ...(hasJson && { json: { type: 'boolean', default: false } as const }),
    },
  }).values;
  if (seed !== undefined && empty) throw new Error('--seed and --empty exclude each other: give one.');
  const common = { json: json === true, help };
  if (help || seed === undefined) return { ...common, seed: empty ? EMPTY_SEED : DEFAULT_SEED };
  return { ...common, seed: readSeedFile(seed, now) };
}
