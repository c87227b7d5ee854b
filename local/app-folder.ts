import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './build.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** The app as it is deployed: host.json, package.json and the bundle, in a folder of its own. */
export interface AppFolder {
  readonly path: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the app into a temporary folder, gone with `close` or with this process. Not into `dist/`: two runs at once
 * would take the files from under each other, and a `local.settings.json` at the root, which may name real vaults,
 * would fill in settings.
 */
export async function buildAppFolder(): Promise<AppFolder> {
  const directory = createTemporaryDirectory('functions-app-');
  try {
    for (const file of ['host.json', 'package.json']) copyFileSync(join(root, file), join(directory.path, file));
    await buildApp(join(directory.path, 'dist'));
  } catch (error) {
    directory.remove();
    throw error;
  }
  return {
    path: directory.path,
    close: async () => directory.remove(),
  };
}
