import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readOptions } from './read-options.ts';
import { runToEnd } from './run-to-end.ts';

/** The other version of Node.js that Azure Functions runs. Not a dependency: its `node` would stand in for this one's. */
const PACKAGE = 'node@22.23.3';

/**
 * What a version of Node.js may break: DER, crypto and JSON in the pure code, TLS in the adapters, the bundle in the host
 * from a timer to the end of a renewal, and the webhook with what it loads.
 */
const SMOKE = [
  'test/shared/x509',
  'test/shared/allocation',
  'test/shared/azure/exact-json.test.ts',
  'test/shared/azure/request-counts.test.ts',
  'test/functions/renewal.test.ts',
  'test/functions/allocate.test.ts',
  'test/functions/webhook-load.test.ts',
];

const USAGE = `Usage: npm run test:node22 -- [FILTER …]

Bundles the app and runs a part of the tests on Node.js 22, on which Azure Functions may run it, too. That Node.js comes
from npm's cache, or into it (${PACKAGE}); node_modules stays as it is.

  FILTER   other test files than the usual ones: those whose path holds this text
  --help   print this

Exit code: 0 all pass, 1 a test fails, 2 wrong usage, 3 there is no Node.js 22 to be had.
`;

const EXIT_NO_NODE = 3;
const root = fileURLToPath(new URL('..', import.meta.url));
const NPM_EXEC = ['exec', '--yes', `--package=${PACKAGE}`, '--', 'node'];

/** `npm run test:node22`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const options = { help: { type: 'boolean', default: false } } as const;
  const { filters } = readOptions(USAGE, () => {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { ...values, filters: positionals };
  });
  const { status, stdout, stderr, error } = spawnSync('npm', [...NPM_EXEC, '-p', 'process.execPath'], {
    cwd: root,
    encoding: 'utf8',
    env: withoutOwnNode(),
  });
  const node = stdout?.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || node === '' || !isVersion22(node)) {
    const why = error?.message ?? stderr.trim().split('\n').slice(-3).join(' ');
    console.error(`NOTHING WAS TESTED ON NODE.JS 22: ${PACKAGE} cannot be had from npm (${why}).`);
    process.exit(EXIT_NO_NODE);
  }
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const tests = filters.length > 0 ? filters : SMOKE;
  process.exitCode = await runToEnd(node, [vitest, 'run', ...tests], { cwd: root });
}

/** npm puts its scripts' own Node.js first on PATH; the one that is asked for must come before it. */
function withoutOwnNode(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(':').filter((each) => !each.endsWith('node_modules/.bin'));
  return { ...process.env, PATH: path.join(':') };
}

function isVersion22(node: string): boolean {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('v22.') === true;
}
