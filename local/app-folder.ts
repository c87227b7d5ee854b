import { stageApp } from './package/stage-app.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** The app as it is deployed, in a folder of its own. */
export interface AppFolder {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Bundles the app into a temporary folder, gone with `close` or with this process: the files that `npm run package` puts
 * into the zip. Not into `dist/`: two runs at once would take the files from under each other, and a
 * `local.settings.json` at the root, which may name real vaults, would fill in settings.
 */
export async function buildAppFolder(): Promise<AppFolder> {
  const directory = createTemporaryDirectory('functions-app-');
  try {
    await stageApp(directory.path);
  } catch (error) {
    directory.remove();
    throw error;
  }
  return {
    path: directory.path,
    close: async () => directory.remove(),
  };
}
