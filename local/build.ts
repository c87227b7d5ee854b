import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What esbuild's ESM output lacks for the CommonJS packages inside it: `require`, and so the worker's own module. */
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/**
 * Bundles the app into `outdir` (an absolute path, emptied first), by default `dist/`: a small entry that registers the
 * functions, and chunks that are loaded when a function first needs them. `@azure/functions-core` is no package: the
 * Functions worker answers that name at run time.
 */
export async function buildApp(outdir = `${root}dist`): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
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
    logLevel: 'warning',
  });
}

/** `npm run build`. */
export async function main(): Promise<void> {
  const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', root], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  await buildApp();
  const files = readdirSync(`${root}dist`);
  const bytes = files.reduce((sum, file) => sum + statSync(`${root}dist/${file}`).size, 0);
  console.log(`dist/: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
}
