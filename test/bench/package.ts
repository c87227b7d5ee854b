import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadedBy } from '../../local/package/loaded-by.ts';
import { type PackagedApp, packageApp, WEBHOOK } from '../../local/package/package-app.ts';
import { stageApp } from '../../local/package/stage-app.ts';
import { zipFolder } from '../../local/package/zip-folder.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';
import type { Bench, Measured } from './bench.ts';

const PLANTED_FILES = 12;
const PLANTED_BYTES = 200_000;
/** What the webhook does not need: the status page. */
const PLANTED_IMPORT = 'shared/compose-status.ts';

/** What is deployed, and what of it the webhook loads. Sizes: they need no repetition. */
export const packageBench: Bench = {
  name: 'package',
  floor: 'none: sizes, in MB, files and kB',
  planted: `${PLANTED_FILES} files of ${PLANTED_BYTES} octets that nothing compresses, and the status page loaded by the webhook`,
  async run({ planted }) {
    const { zip, files, webhook } = planted ? await packageFat() : await packageApp();
    const figures: Measured[] = [
      {
        name: 'MB of the deployable zip',
        value: zip.length / 1e6,
        reach: { atMost: 1.5 },
        detail: `${zip.length} octets`,
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

async function packageFat(): Promise<PackagedApp> {
  const directory = createTemporaryDirectory('functions-package-');
  try {
    const metafile = await stageApp(directory.path);
    for (let index = 0; index < PLANTED_FILES; index += 1) {
      writeFileSync(join(directory.path, 'dist', `planted-${index}.js`), randomBytes(PLANTED_BYTES));
    }
    const { bytes, files } = await zipFolder(directory.path);
    return { zip: bytes, files, webhook: loadedBy(metafile, [...WEBHOOK, PLANTED_IMPORT]) };
  } finally {
    directory.remove();
  }
}
