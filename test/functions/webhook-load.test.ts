import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../local/build.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';

// A device waits while the webhook starts, and the SDKs of Azure take most of a second to load.

const MOST_BYTES = 150_000;
/** The library that every function needs, and what it brings along. */
const LIBRARY = /^node_modules\/(?:@azure\/(?:functions|functions-extensions-base)|cookie)\//;

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = createTemporaryDirectory('webhook-load-');
let loaded: { status: string; messages: number; files: string[]; atStart: number };
let metafile: Metafile;

beforeAll(async () => {
  for (const file of ['host.json', 'package.json']) copyFileSync(join(root, file), join(directory.path, file));
  metafile = await buildApp(join(directory.path, 'dist'));
  const script = join(root, 'test/fixtures/load-webhook.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [script, directory.path], { encoding: 'utf8' });
  if (stdout === '') throw new Error(`The webhook was not called: ${stderr}`);
  loaded = JSON.parse(stdout);
});
afterAll(() => directory.remove());

/** Octets by module, of the files that were loaded. */
function modules(): ReadonlyMap<string, number> {
  const outputs = Object.entries(metafile.outputs).filter(([path]) =>
    loaded.files.some((file) => path.endsWith(`/dist/${file}`)),
  );
  expect(outputs).toHaveLength(loaded.files.length);
  return new Map(
    outputs.flatMap(([, { inputs }]) =>
      Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const),
    ),
  );
}

it('the first call is answered, and loads a file or more of its own', () => {
  expect(loaded).toMatchObject({ status: '200', messages: 1 });
  expect(loaded.files.length).toBeGreaterThan(loaded.atStart);
  expect([...modules().keys()]).toContain('shared/allocation/rendezvous.ts');
});

it('no SDK of Azure is loaded for it, nor anything else that is not the project’s own', () => {
  const foreign = [...modules().keys()].filter((path) => path.includes('node_modules') && !LIBRARY.test(path));
  expect(foreign).toEqual([]);
  expect([...modules().keys()].filter((path) => /^shared\/(?:azure|compose\.ts)/.test(path))).toEqual([]);
});

it(`all that is loaded is less than ${MOST_BYTES} octets without the library of Functions`, () => {
  const own = [...modules()].filter(([path]) => !LIBRARY.test(path));
  const bytes = own.reduce((sum, [, size]) => sum + size, 0);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
