import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LOCAL = fileURLToPath(new URL('../../local/', import.meta.url));
const PACKAGES = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'ensure-installed-test-'));
  mkdirSync(join(project, 'local'));
  for (const file of ['ensure-installed.mjs', 'install-lock.mjs']) cpSync(LOCAL + file, join(project, 'local', file));
  writeFileSync(join(project, 'package-lock.json'), PACKAGES);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Runs it in a project of one dependency, with a script in the place of npm. */
function start(npm: string) {
  writeFileSync(join(project, 'npm.js'), npm);
  const child = spawn(process.execPath, [join(project, 'local/ensure-installed.mjs')], {
    cwd: project,
    env: { PATH: process.env.PATH, npm_execpath: join(project, 'npm.js') },
  });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, err: () => err, ended: once(child, 'close').then(([code]) => code as number | null) };
}

const INSTALL = `
  const fs = require('node:fs');
  fs.mkdirSync('node_modules/node/bin', { recursive: true });
  fs.writeFileSync('node_modules/.package-lock.json', fs.readFileSync('package-lock.json'));`;

describe('ensure-installed', () => {
  it('installs what is missing, and a second time does nothing', async () => {
    const first = start(INSTALL);
    expect([await first.ended, first.err()]).toEqual([
      0,
      'Installing dependencies (once; about a minute and 900 MB) ...\n',
    ]);
    const second = start('process.exit(1)');
    expect([await second.ended, second.err()]).toEqual([0, '']);
    expect(existsSync(join(project, '.install.lock'))).toBe(false);
  });

  it.each([
    ['npm error code EAI_AGAIN\nnpm error network request to https://a.example failed', 'could not be reached'],
    ['npm error code EACCES\nnpm error path /srv/network-share', "'npm ci' failed as shown above."],
  ])('tells a missing network from other failures, with what npm said: %s', async (text, why) => {
    const run = start(`process.stderr.write(${JSON.stringify(text)}); process.exitCode = 1;`);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain(text);
    expect(run.err()).toContain(why);
  });

  it('ends npm and releases its lock when it is interrupted', async () => {
    const run = start(
      "process.stderr.write('npm runs'); require('node:fs').writeFileSync('up', ''); setInterval(() => {}, 1000)",
    );
    while (!existsSync(join(project, 'up'))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(existsSync(join(project, '.install.lock'))).toBe(true);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain('Installation interrupted by SIGINT');
    expect(existsSync(join(project, '.install.lock'))).toBe(false);
  });
});
