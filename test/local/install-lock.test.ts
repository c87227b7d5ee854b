import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MODULE = new URL('../../local/install-lock.mjs', import.meta.url).href;
const QUICK = { pollMs: 10, beatMs: 20, sayAfterMs: 0, staleAfterMs: 2000, giveUpAfterMs: 60_000 };

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-lock-test-'));
  lock = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock and then runs `whileHeld`; with what it printed when it has ended. */
function start(whileHeld: string, patience: Partial<typeof QUICK> = {}) {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    import { takeLock } from ${JSON.stringify(MODULE)};
    const log = (text) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, text);
    const release = await takeLock(${JSON.stringify(lock)}, ${JSON.stringify({ ...QUICK, ...patience })});
    ${whileHeld};
    release();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, err }));
  return { child, ended };
}

const log = () => readFileSync(join(folder, 'log'), 'utf8');

describe('takeLock', () => {
  it('lets one process after the other work, also when all find the same stale lock, and leaves nothing behind', async () => {
    writeFileSync(lock, 'pid 1 whose number runs again');
    const ends = await Promise.all(
      Array.from({ length: 4 }, () => start("log('('); await delay(100); log(')')").ended),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(log()).toBe('()()()()');
    expect(existsSync(lock)).toBe(false);
  });

  it('waits for a holder that works for longer than a lock takes to become stale, and says for whom', async () => {
    const first = start("log('('); await delay(3500); log(')')");
    while (!existsSync(join(folder, 'log'))) await new Promise((resolve) => setTimeout(resolve, 10));
    const second = await start("log('second')").ended;
    expect(log()).toBe('()second');
    expect(second.err).toBe(`Waiting for another installation (pid ${first.child.pid}) ...\n`);
  });

  it('leaves a lock alone that has been taken over since it was found stale', () => {
    writeFileSync(lock, 'pid 2 taken over');
    const script = `
      import { removeStale } from ${JSON.stringify(MODULE)};
      removeStale(${JSON.stringify(lock)}, 'pid 1 stale');`;
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', script]).status).toBe(0);
    expect(readFileSync(lock, 'utf8')).toBe('pid 2 taken over');
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('gives up with a sentence', async () => {
    writeFileSync(lock, 'pid 1 whatever');
    const { code, err } = await start('', { staleAfterMs: 60_000, giveUpAfterMs: 50 }).ended;
    expect(code).toBe(1);
    expect(err).toContain('Cannot install the dependencies: another installation (pid 1) has not ended');
  });
});
