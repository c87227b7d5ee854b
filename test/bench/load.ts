import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAppFolder } from '../../local/app-folder.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';
import type { Bench } from './bench.ts';
import { bundleProgram } from './bundle-program.ts';
import { buildHelloWorld } from './small-app.ts';
import { compared, timed } from './statistics.ts';

const PAIRS = 25;

/** From the start of a process to the first answer of the webhook: what a device waits for after an instance has started. */
export const load: Bench = {
  name: 'load',
  floor:
    'an app with one hello-world HTTP function and the same queue output, loaded by the same loader of the host: ' +
    'Node.js itself, and the library that every function needs',
  planted: 'the bundle’s entry loads the lifecycle, with the SDKs of Azure, before anything else',
  async run({ planted }) {
    const directory = createTemporaryDirectory('bench-load-');
    const [app, hello] = await Promise.all([buildAppFolder(), buildHelloWorld()]);
    try {
      const entry = join(directory.path, 'first-answer.mjs');
      await bundleProgram('./first-answer.ts', entry);
      const ours = planted ? loadingAll(app.path, directory.path) : app.path;
      const answer = (folder: string) => timed(() => execFileSync(process.execPath, [entry, folder]));
      await answer(ours);
      await answer(hello.path);
      const { ratio, ...ms } = await compared(
        PAIRS,
        () => answer(ours),
        () => answer(hello.path),
      );
      return [
        {
          name: 'process start to first answer of the webhook ÷ hello-world',
          value: ratio,
          reach: { atMost: 1.3 },
          detail: `${ms.ours.toFixed(0)} ms ÷ ${ms.floor.toFixed(0)} ms`,
        },
      ];
    } finally {
      directory.remove();
      await app.close();
      await hello.close();
    }
  },
};

function loadingAll(app: string, directory: string): string {
  const folder = join(directory, 'app');
  cpSync(app, folder, { recursive: true });
  const entry = join(folder, 'dist/index.js');
  writeFileSync(entry, `import './lifecycle.js';\n${readFileSync(entry, 'utf8')}`);
  return folder;
}
