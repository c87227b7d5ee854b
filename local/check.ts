import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const USAGE = `Usage: npm test [-- [--all] [FILTER...]]

Checks types, lint and format, then runs the tests; all of it must pass.
  FILTER   only the test files whose path holds this text
  --all    the full counts of the long-running tests (also: npm run test:all)
  --help   this text`;

/** `npm test`: everything that says whether the project is good. Exits with the code of the first check that fails. */
export async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE);
  const filters = args.filter((argument) => argument !== '--all');
  const plain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined;
  run('types', 'tsc', ['-p', '.']);
  run('lint and format', 'biome', ['ci', plain ? '--colors=off' : '--colors=force', '--error-on-warnings']);
  run('tests', 'vitest', ['run', ...filters], {
    ...(plain && { NO_COLOR: '1' }),
    ...(args.includes('--all') && { FULL_COUNTS: '1' }),
  });
}

function run(title: string, program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
  console.log(styleText('bold', `\n${title}`));
  const env = { ...process.env, ...environment };
  const { status, signal, error } = spawnSync(`${root}node_modules/.bin/${program}`, args, {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (error) console.error(`Cannot run ${program}: ${error.message}`);
  // 128 + number is what shells answer for a signal; 130 is Ctrl-C.
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
