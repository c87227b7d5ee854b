import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { runToEnd } from './run-to-end.ts';

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
  await run('types', 'tsc', ['-p', '.']);
  await run('lint and format', 'biome', ['ci', plain ? '--colors=off' : '--colors=force', '--error-on-warnings']);
  await run('tests', 'vitest', ['run', ...filters], {
    ...(plain && { NO_COLOR: '1' }),
    ...(args.includes('--all') && { FULL_COUNTS: '1' }),
  });
}

async function run(title: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  console.log(styleText('bold', `\n${title}`));
  const code = await runToEnd(`${root}node_modules/.bin/${program}`, args, { cwd: root, env });
  if (code !== 0) process.exit(code);
}
