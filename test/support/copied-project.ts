import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What bundling and zipping are done with: none of it gets into the bundle. */
const TOOLS = ['esbuild', '@esbuild', 'yazl', 'buffer-crc32'];

/**
 * Copies as much of the project into an empty folder as packaging it there needs: the sources, the files of packages
 * that the bundle is made of, and the manifests by which they are found. Links would not do: esbuild sees where they lead.
 */
export function copyProject(folder: string, { inputs }: Metafile): void {
  const copy = (path: string) => cpSync(join(root, path), join(folder, path), { recursive: true });
  for (const path of ['functions', 'shared', 'local', 'host.json', 'package.json', 'tsconfig.json']) copy(path);
  const packaged = Object.keys(inputs).filter((path) => path.startsWith('node_modules/'));
  for (const path of new Set([...packaged, ...packaged.flatMap(manifestsAbove)])) copy(path);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const tool of TOOLS) symlinkSync(join(root, 'node_modules', tool), join(folder, 'node_modules', tool));
}

function manifestsAbove(path: string): string[] {
  const above = dirname(path);
  if (above === 'node_modules') return [];
  const manifest = join(above, 'package.json');
  return [...(existsSync(join(root, manifest)) ? [manifest] : []), ...manifestsAbove(above)];
}
