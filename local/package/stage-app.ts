import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { asObject } from '../../shared/json.ts';
import { buildApp } from '../build.ts';

/** What `ALLOCATION_RULES` may name; nobody's but the operator's. */
const RULES = 'allocation-rules.json';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Puts the app into a folder (an absolute path) as it is deployed: `host.json`, the bundle in `dist/`, and a
 * `package.json` that says where the bundle begins and nothing else. No dependency is named there: the bundle holds all
 * of them, so neither npm nor a build in Azure has anything to install. Allocation rules go along where there are any.
 * @returns of what the bundle was made
 */
export async function stageApp(folder: string): Promise<Metafile> {
  const metafile = await buildApp(join(folder, 'dist'));
  copyFileSync(join(root, 'host.json'), join(folder, 'host.json'));
  const { name, version, type, main } = asObject(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))) ?? {};
  const manifest = { name, version, private: true, type, main };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  if (existsSync(join(root, RULES))) copyFileSync(join(root, RULES), join(folder, RULES));
  return metafile;
}
