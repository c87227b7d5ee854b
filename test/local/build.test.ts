import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));

function build(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, 'build', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('npm run build', () => {
  it('--help explains itself, and builds nothing', () => {
    expect(build('--help')).toEqual({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage: npm run build'),
    });
  });

  it('refuses what it does not know with exit code 2', () => {
    expect(build('--jason')).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^Unknown option/) });
  });
});
