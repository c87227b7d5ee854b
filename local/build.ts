import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { readOptions } from './read-options.ts';
import { runToEnd } from './run-to-end.ts';

const USAGE = `Usage: npm run build

Checks the types and bundles the app into dist/, ready to be deployed together with host.json and package.json.

  --help   print this
`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** What esbuild's ESM output lacks for the CommonJS packages inside it: `require`, and so the worker's own module. */
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/**
 * Bundles the app into `outdir` (an absolute path, emptied first), by default `dist/`: a small entry that registers the
 * functions, and chunks that are loaded when a function first needs them. `@azure/functions-core` is no package: the
 * Functions worker answers that name at run time.
 * @returns which modules each file was made of, paths relative to the project
 */
export async function buildApp(outdir = `${root}dist`): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: ['@azure/functions-core'],
    banner: { js: banner },
    minify: true,
    keepNames: true,
    sourcemap: false,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** `npm run build`: exits with 2 for wrong arguments, with the compiler's code if the types do not hold. */
export async function main(args: string[]): Promise<void> {
  const options = { help: { type: 'boolean', default: false } } as const;
  readOptions(USAGE, () => parseArgs({ args, options }).values);
  const code = await runToEnd(`${root}node_modules/.bin/tsc`, ['-p', root], { cwd: root });
  if (code !== 0) process.exit(code);
  await buildApp();
  const files = readdirSync(`${root}dist`);
  const bytes = files.reduce((sum, file) => sum + statSync(`${root}dist/${file}`).size, 0);
  console.log(`dist/: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
}
