import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_SEED } from '../../../local/emulator/default-seed.ts';
import type { EmulatorDescription } from '../../../local/emulator/describe.ts';

const MAIN = fileURLToPath(new URL('../../../local/emulator/main.ts', import.meta.url));

/** Standard output and error so far, as text. */
interface Running {
  readonly child: ChildProcess;
  out: string;
  err: string;
}

let directory: string;
const started: ChildProcess[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'emulator-test-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    // Not SIGKILL, after which nothing removes the emulator's directory.
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'close');
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const running = { child, out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    running.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    running.err += chunk;
  });
  return running;
}

async function runToEnd(...args: string[]): Promise<Running & { code: number | null }> {
  const running = start(process.execPath, [MAIN, ...args]);
  const [code] = await once(running.child, 'close');
  return { ...running, code: code as number | null };
}

/** Waits for the first line on standard output. */
async function firstLine(running: Running): Promise<string> {
  while (!running.out.includes('\n')) {
    if (running.child.exitCode !== null) throw new Error(`It has ended: ${running.err}`);
    await Promise.race([once(running.child.stdout ?? running.child, 'data'), once(running.child, 'close')]);
  }
  return running.out;
}

async function describeRunning(running: Running): Promise<EmulatorDescription> {
  return JSON.parse(await firstLine(running)) as EmulatorDescription;
}

function ports(description: EmulatorDescription): number[] {
  return [
    description.resourceManager,
    description.authority,
    description.control,
    description.identity.endpoint,
    ...description.keyVaults.map(({ url }) => url),
    ...description.provisioningServices.map((dps) => `https://${dps.serviceOperationsHostName}`),
  ].map((address) => Number(new URL(address).port));
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function expectGone(description: EmulatorDescription): Promise<void> {
  for (const port of ports(description)) expect(await isListening(port)).toBe(false);
  expect(existsSync(dirname(description.caCertificate))).toBe(false);
}

describe('emulator --json', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('prints one line, serves until %s, and leaves no port and no file behind', async (signal, code) => {
    const running = start(process.execPath, [MAIN, '--json', '--empty']);
    const description = await describeRunning(running);
    for (const port of ports(description)) expect(await isListening(port)).toBe(true);
    running.child.kill(signal);
    expect(await once(running.child, 'close')).toStrictEqual([code, null]);
    expect(running.out).toBe(`${JSON.stringify(description)}\n`);
    expect(running.err).toBe('');
    await expectGone(description);
  });

  it('--empty has one vault and one active DPS with two linked hubs, and nothing else', async () => {
    const description = await describeRunning(start(process.execPath, [MAIN, '--json', '--empty']));
    expect(description.keyVaults).toHaveLength(1);
    expect(description.provisioningServices).toHaveLength(1);
    expect(EMPTY_SEED.vaults.flatMap(({ certificates = [] }) => certificates)).toStrictEqual([]);
    expect(
      EMPTY_SEED.provisioningServices.map(({ hubs, certificates = [] }) => [hubs?.length, certificates]),
    ).toStrictEqual([[2, []]]);
  });

  it('ends when its parent has been killed', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, [${JSON.stringify(MAIN)}, '--json', '--empty'], { stdio: ['ignore', 'inherit', 'inherit'] });
      setInterval(() => {}, 1000);`;
    const parent = start(process.execPath, ['-e', script]);
    const description = await describeRunning(parent);
    parent.child.kill('SIGKILL');
    // The pipes are the emulator's as well: they close when it, too, has ended.
    await once(parent.child, 'close');
    await expectGone(description);
  });

  it('takes its content from a seed file', async () => {
    const file = join(directory, 'good.json');
    writeFileSync(file, JSON.stringify({ version: 1, vaults: [{ name: 'kv-mine' }], provisioningServices: [] }));
    const description = await describeRunning(start(process.execPath, [MAIN, '--json', '--seed', file]));
    expect(description.keyVaults.map(({ name }) => name)).toStrictEqual(['kv-mine']);
    expect(description.provisioningServices).toStrictEqual([]);
  });
});

describe('emulator', () => {
  it('prints a summary that names every address', async () => {
    const text = await firstLine(start(process.execPath, [MAIN, '--empty']));
    for (const word of ['Resource manager', 'Vault kv-empty', 'DPS dps-empty', 'Control', 'NODE_EXTRA_CA_CERTS=']) {
      expect(text).toContain(word);
    }
  });

  it('--help explains itself', async () => {
    expect(await runToEnd('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('--seed FILE') });
  });

  const seeds: Readonly<Record<string, string>> = {
    'not-json.json': '{',
    'faulty.json': JSON.stringify({ version: 1, vaults: [{ name: '1' }], provisioningServices: [{ name: '?' }] }),
  };
  const refused: [string, string[], RegExp][] = [
    ['an option it does not know', ['--jason'], /^Unknown option '--jason'/],
    ['an argument', ['file.json'], /^Unexpected argument 'file.json'/],
    ['--seed without a file', ['--seed'], /^Option '--seed <value>' argument missing/],
    ['--seed with --empty', ['--empty', '--seed', 'x'], /^--seed and --empty exclude each other/],
    ['a file that is not there', ['--seed', 'nowhere.json'], /^Cannot read the seed file 'nowhere.json': ENOENT/],
    ['a file that is not JSON', ['--seed', 'not-json.json'], /^Cannot use the seed file '.*', as it is not JSON: /],
    [
      'a faulty seed',
      ['--seed', 'faulty.json'],
      /^Cannot use the seed file '.*':\n {2}vaults\[0\]\.name: .*\n {2}provisioningServices\[0\]\.name: .*\n$/,
    ],
  ];
  it.each(refused)('refuses %s with exit code 2 and nothing on standard output', async (_, args, message) => {
    const paths = args.map((arg) => {
      const content = seeds[arg];
      if (content === undefined) return arg;
      writeFileSync(join(directory, arg), content);
      return join(directory, arg);
    });
    const { code, out, err } = await runToEnd(...paths);
    expect({ code, out }).toStrictEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});
