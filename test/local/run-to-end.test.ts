import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { running } from '../support/process-table.ts';

const MODULE = new URL('../../local/run-to-end.ts', import.meta.url).href;

/** A process that runs `program` with Node by runToEnd, and exits with the code that it gets. */
function start(program: string, command = process.execPath) {
  const script = `
    import { runToEnd } from ${JSON.stringify(MODULE)};
    const args = ['-e', ${JSON.stringify(program)}];
    process.exit(await runToEnd(${JSON.stringify(command)}, args, { cwd: process.cwd(), env: { EXTRA: '7' } }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, err })) };
}

describe('runToEnd', () => {
  it.each([
    ['process.exitCode = 0', 0],
    ['process.exitCode = Number(process.env.EXTRA)', 7],
    ["process.kill(process.pid, 'SIGKILL')", 137],
  ])('gives the exit code of %s', async (program, code) => {
    expect(await start(program).ended).toEqual({ code, err: '' });
  });

  it('says why a program cannot be started', async () => {
    const { code, err } = await start('', './no-such-program').ended;
    expect([code, err]).toEqual([127, expect.stringMatching(/^Cannot run \.\/no-such-program: .*ENOENT/)]);
  });

  it.each([
    ['SIGTERM', 'setInterval(() => {}, 1000)', 143],
    ['SIGTERM', "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)", 143],
    ['SIGINT', "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000)", 3],
  ] as const)('ends the program on %s, and never with success: %s', async (signal, program, code) => {
    const { child, ended } = start(`${program}; console.log(process.pid)`);
    const [pid] = await once(child.stdout, 'data');
    child.kill(signal);
    expect((await ended).code).toBe(code);
    while (running([Number(pid)]).length > 0) await delay(20);
  });
});
