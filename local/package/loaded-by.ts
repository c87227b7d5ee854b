import { posix } from 'node:path';
import type { Metafile } from 'esbuild';

/** Part of a bundle. Sizes are in octets. */
export interface Loaded {
  /** Paths in the folder of the bundle. */
  readonly files: readonly string[];
  readonly bytes: number;
  /** Of these: what is not in `node_modules`, and so the project's own. */
  readonly ownBytes: number;
}

/**
 * What a process has loaded of a bundle once these modules run: the files that hold them and all that those import
 * without being asked at run time. What is behind an `import()` comes only if it is named here.
 * @param entries source files of the project, as esbuild names them: `functions/index.ts`
 */
export function loadedBy({ outputs }: Metafile, entries: readonly string[]): Loaded {
  const files = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    for (const { kind, path: imported, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) visit(imported);
    }
  };
  const begun = entries.map((entry) => outputOf(outputs, entry));
  for (const path of begun) visit(path);
  const folder = posix.dirname(begun[0] ?? '');
  const loaded = [...files].flatMap((path) => outputs[path] ?? []);
  const inputs = loaded.flatMap((output) => Object.entries(output.inputs));
  return {
    files: [...files].map((path) => posix.relative(folder, path)).sort(),
    bytes: sum(loaded.map(({ bytes }) => bytes)),
    ownBytes: sum(inputs.filter(([path]) => !path.includes('node_modules/')).map(([, input]) => input.bytesInOutput)),
  };
}

/** Throws an Error where no file of the bundle begins with the module: it has been renamed, or merged into another. */
function outputOf(outputs: Metafile['outputs'], entry: string): string {
  const found = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry);
  if (found === undefined) throw new Error(`Cannot tell what ${entry} loads: no file of the bundle begins with it`);
  return found;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
