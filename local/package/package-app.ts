import { mkdirSync, rmSync } from 'node:fs';
import { createTemporaryDirectory } from '../temporary-directory.ts';
import { type Loaded, loadedBy } from './loaded-by.ts';
import { stageApp } from './stage-app.ts';
import { type Zip, zipFolder } from './zip-folder.ts';

/** The deployable zip. */
export interface PackagedApp {
  readonly zip: Uint8Array;
  readonly files: Zip['files'];
  /** What a process loads until it can answer the webhook: a device waits for it. */
  readonly webhook: Loaded;
}

/** What the webhook runs: the entry, which registers all functions, and what its function imports at its first call. */
export const WEBHOOK = ['functions/index.ts', 'shared/compose-allocation.ts'];

/** Bundles and zips the app; keeps no file. */
export async function packageApp(): Promise<PackagedApp> {
  const directory = createTemporaryDirectory('functions-package-');
  try {
    return await packageInto(directory.path);
  } finally {
    directory.remove();
  }
}

/** The same, and leaves what is zipped in a folder (an absolute path), which is emptied first. */
export async function packageInto(folder: string): Promise<PackagedApp> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const metafile = await stageApp(folder);
  const { bytes, files } = await zipFolder(folder);
  return { zip: bytes, files, webhook: loadedBy(metafile, WEBHOOK) };
}
