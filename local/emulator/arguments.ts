import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface EmulatorArguments {
  readonly json: boolean;
  readonly seed: 'default' | 'empty' | { readonly file: string };
}

export const USAGE = `Usage: npm run emulator -- [--json] [--seed FILE | --empty]

Emulates Azure Resource Manager, Key Vault, DPS and Entra ID on 127.0.0.1 until SIGTERM or Ctrl-C.

  --json        print one line of JSON with all addresses on standard output
  --seed FILE   start with the content of FILE (JSON; its schema is docs/emulator-seed.schema.json)
  --empty       start with one empty vault and one empty DPS with two linked hubs
  --help        print this

Without --seed and --empty it starts with the demo fleet.
`;

/** Reads the arguments after the script's name. Throws an Error with one sentence for what it does not know. */
export function parseArguments(args: readonly string[]): EmulatorArguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      seed: { type: 'string' },
      empty: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.seed !== undefined && values.empty) throw new Error('--seed and --empty exclude each other: give one.');
  return {
    json: values.json,
    seed: values.seed !== undefined ? { file: values.seed } : values.empty ? 'empty' : 'default',
  };
}
