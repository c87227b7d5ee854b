import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const EMULATOR = new URL('../../../local/emulator/', import.meta.url);
const DOCUMENT = new URL('../../../docs/architecture.md', import.meta.url);

/** The files that the table in the section on the local Azure names, below `local/emulator/`. */
function documented(): string[] {
  const section = readFileSync(DOCUMENT, 'utf8').split('\n## The local Azure\n')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+\.ts)` \|/gm)].map(([, file = '']) => file);
}

it('what the emulator assumes of Azure is marked in exactly the files that docs/architecture.md lists', () => {
  const marked = globSync('**/*.ts', { cwd: EMULATOR }).filter((file) =>
    readFileSync(new URL(file, EMULATOR), 'utf8').includes('ASSUMED:'),
  );
  expect(marked).toContain('enrollments/context.ts');
  expect(documented().sort()).toStrictEqual(marked.map((file) => file.replaceAll('\\', '/')).sort());
});
