import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';

const MODULE = new URL('../../local/stop-with-parent.ts', import.meta.url).href;
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A program that serves until it is told to stop, says so on standard output, and closes by the expression given. */
function serving(close: string, limitInMs?: number): string {
  return `
    import { onShutdown } from ${JSON.stringify(MODULE)};
    onShutdown(() => { process.stdout.write('closing'); return ${close}; }, ${limitInMs});
    setInterval(() => {}, 1000);
    process.stdout.write('ready');`;
}

/** A program that starts another as its child, says which, and dies of the first signal. */
function leaderOf(program: string): string {
  return `
    import { spawn } from 'node:child_process';
    const args = ['--input-type=module', '-e', ${JSON.stringify(program)}];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    process.stdout.write('pid ' + child.pid + ' ');
    setInterval(() => {}, 1000);`;
}

async function startServing(close: string, limitInMs?: number): Promise<ChildProcess> {
  const args = ['--input-type=module', '-e', serving(close, limitInMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  expect(await nextOutput(child)).toBe('ready');
  return child;
}

async function nextOutput(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout ?? child, 'data');
  return String(chunk);
}

describe('onShutdown', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('closes on %s and exits with %i', async (signal, code) => {
    const child = await startServing('Promise.resolve()');
    const output = nextOutput(child);
    const exit = once(child, 'exit');
    child.kill(signal);
    expect(await output).toBe('closing');
    expect(await exit).toStrictEqual([code, null]);
  });

  it('goes on closing when its parent dies, when it is told again to stop, and when the terminal goes', async () => {
    // What a signal to a whole group brings about: the leader dies of it, the others are orphans and may get more.
    const close = "new Promise((done) => setTimeout(done, 1000)).then(() => process.stdout.write('closed'))";
    const leader = spawn(process.execPath, ['--input-type=module', '-e', leaderOf(serving(close))], {
      detached: true, // A group of its own.
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: string[] = [];
    leader.stdout.on('data', (chunk) => output.push(String(chunk)));
    while (!output.join('').includes('ready')) await once(leader.stdout, 'data');
    const [, pid] = /pid (\d+)/.exec(output.join('')) ?? [];
    const ended = once(leader.stdout, 'close'); // The pipe is the orphan's, too.
    process.kill(-(leader.pid ?? 0), 'SIGHUP');
    while (!output.join('').includes('closing')) await once(leader.stdout, 'data');
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.kill(Number(pid), signal);
    await ended;
    expect(leader.signalCode).toBe('SIGHUP');
    expect(output.join('')).toMatch(/closingclosed$/);
  });

  it('exits with 1 and says so when the closing does not end', async () => {
    const child = await startServing('new Promise(() => {})', 50);
    const complaint = once(child.stderr ?? child, 'data');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(String(await complaint)).toContain('Could not stop cleanly within 50 ms');
    expect(await exit).toStrictEqual([1, null]);
  });

  it('exits at once on a second Ctrl-C, however long the closing takes', async () => {
    const child = await startServing('new Promise(() => {})');
    const output = nextOutput(child);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await output).toBe('closing');
    child.kill('SIGINT');
    expect(await exit).toStrictEqual([130, null]);
  });

  it('goes on closing when the same signal comes twice, as Ctrl-C under npm does', async () => {
    const close = "new Promise((done) => setTimeout(done, 200)).then(() => process.stdout.write('closed'))";
    const child = await startServing(close);
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    expect(await nextOutput(child)).toBe('closing');
    child.kill('SIGINT');
    expect(await nextOutput(child)).toBe('closed');
    expect(await exit).toStrictEqual([130, null]);
  });

  it('exits with 1 and says why when the closing fails', async () => {
    const child = await startServing("Promise.reject(new Error('the port is stuck'))");
    const complaint = once(child.stderr ?? child, 'data');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(String(await complaint)).toContain('the port is stuck');
    expect(await exit).toStrictEqual([1, null]);
  });
});
