import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { REQUIRE } from './small-app.ts';

/** Bundles a program of this folder into one file, so that reading sources is no part of what it takes. */
export async function bundleProgram(program: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['vitest'],
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
}
