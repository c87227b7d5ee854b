import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MODULE = new URL('../../local/temporary-directory.ts', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temporary-directory-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, TMPDIR = folder) {
  const script = `
    import { createTemporaryDirectory } from ${JSON.stringify(MODULE)};
    import { readdirSync } from 'node:fs';
    ${program}`;
  const env = { PATH: process.env.PATH, TMPDIR };
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
}

describe('createTemporaryDirectory', () => {
  it.each([
    ['by itself', ''],
    ['by process.exit', 'process.exit(3);'],
    ['by an error', "throw new Error('no');"],
  ])('makes directories that are gone when the process ends %s', (_, end) => {
    const { stdout } = run(`
      for (const prefix of ['one-', 'two-']) createTemporaryDirectory(prefix);
      console.log(readdirSync(process.env.TMPDIR).map((name) => name.slice(0, 4)).join());
      ${end}`);
    expect(stdout).toBe('one-,two-\n');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes one at once when told to', () => {
    const { stdout } = run(`
      const directory = createTemporaryDirectory('one-');
      directory.remove();
      console.log(readdirSync(process.env.TMPDIR).length);`);
    expect(stdout).toBe('0\n');
  });

  it('says where it could not make one', () => {
    const missing = join(folder, 'missing');
    const { stderr } = run("createTemporaryDirectory('one-');", missing);
    expect(stderr).toMatch(`No temporary folder in '${missing}': ENOENT`);
  });
});
