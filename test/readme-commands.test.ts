import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };

/** What the README says to type, without its options: `npm start`, `npm run plan`. */
const COMMANDS = [
  ...new Set(
    [...readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/`(npm (?:run )?[a-z:]+)/g)].map(([, typed = '']) => typed),
  ),
];

describe('a command of the README', () => {
  it('is found at all', () => {
    expect(COMMANDS).toEqual(expect.arrayContaining(['npm test', 'npm start', 'npm run demo', 'npm run test:faults']));
  });

  it.each(COMMANDS)('explains itself by that name: %s -- --help', (typed) => {
    const script = scripts[typed.replace(/^npm (?:run )?/, '')] ?? '';
    const [, program = ''] = /^exec node (local\/run\.mjs \S+)$/.exec(script) ?? [];
    const args = [...program.split(' '), '--help'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: ${typed}(?: --)? `));
  });
});
