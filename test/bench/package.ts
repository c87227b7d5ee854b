import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageApp } from '../../local/package/package-app.ts';
import { stageApp } from '../../local/package/stage-app.ts';
import { zipFolder } from '../../local/package/zip-folder.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';
import type { Bench, Measured } from './bench.ts';

const PLANTED_BYTES = 2_000_000;

/** What is deployed, and what of it the webhook loads. Sizes: they need no repetition. */
export const packageBench: Bench = {
  name: 'package',
  floor: 'none: sizes, in MB, files and kB',
  planted: `a file of ${PLANTED_BYTES} octets that nothing compresses`,
  async run({ planted }) {
    const { zip, files, webhook } = await packageApp();
    const bytes = planted ? await fatZipBytes() : zip.length;
    const figures: Measured[] = [
      {
        name: 'MB of the deployable zip',
        value: bytes / 1e6,
        reach: { atMost: 1.5 },
        detail: `${bytes} octets`,
      },
      {
        name: 'files in the zip',
        value: files.length,
        reach: { atMost: 20 },
        detail: files.map(({ path }) => path).join(', '),
      },
      {
        name: 'kB of the code that the webhook loads',
        value: webhook.bytes / 1000,
        reach: { atMost: 150 },
        detail: `${webhook.files.length} files, ${Math.round(webhook.ownBytes / 1000)} kB the app’s own`,
      },
    ];
    return figures;
  },
};

async function fatZipBytes(): Promise<number> {
  const directory = createTemporaryDirectory('functions-package-');
  try {
    await stageApp(directory.path);
    writeFileSync(join(directory.path, 'dist', 'planted.js'), randomBytes(PLANTED_BYTES));
    return (await zipFolder(directory.path)).bytes.length;
  } finally {
    directory.remove();
  }
}
