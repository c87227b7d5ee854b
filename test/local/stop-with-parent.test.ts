import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';

const MODULE = new URL('../../local/stop-with-parent.ts', import.meta.url).href;
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process that serves until it is told to stop, says so on standard output, and closes by the expression given. */
async function startServing(close: string): Promise<ChildProcess> {
  const script = `
    import { onShutdown } from ${JSON.stringify(MODULE)};
    onShutdown(() => { process.stdout.write('closing'); return ${close}; });
    setInterval(() => {}, 1000);
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
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

  it('exits at once on a second signal, however long the closing takes', async () => {
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
