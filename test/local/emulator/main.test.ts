import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorDescription } from '../../../local/emulator/describe.ts';
import { isListening } from '../../support/listening.ts';
import { callHttps } from './call-https.ts';
import { portsOf } from './ports-of.ts';

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

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
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
  return ended(start(process.execPath, [MAIN, ...args]));
}

async function ended(running: Running): Promise<Running & { code: number | null }> {
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

async function expectGone(description: EmulatorDescription): Promise<void> {
  for (const port of portsOf(description)) expect(await isListening(port)).toBe(false);
  expect(existsSync(dirname(description.caCertificate))).toBe(false);
}

/** Reads with tokens that the emulator has issued to whoever asks. */
async function reader({ caCertificate, identity, resourceManager }: EmulatorDescription) {
  const ca = readFileSync(caCertificate, 'utf8');
  return async (url: string): Promise<Record<string, unknown>> => {
    const audience = url.startsWith(resourceManager) ? resourceManager : 'https://vault.azure.net';
    const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: audience });
    const answer = await fetch(`${identity.endpoint}?${query}`, { headers: { 'x-identity-header': identity.header } });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const { body } = await callHttps(url, { headers: { authorization: `Bearer ${token}` }, ca });
    return body as Record<string, unknown>;
  };
}

describe('emulator --json', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('prints one line, serves until %s, and leaves no port and no file behind', async (signal, code) => {
    const running = start(process.execPath, [MAIN, '--json', '--empty']);
    const description = await describeRunning(running);
    for (const port of portsOf(description)) expect(await isListening(port)).toBe(true);
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
    const get = await reader(description);
    const [vault, dps] = [description.keyVaults[0]?.url, description.provisioningServices[0]?.resourceId];
    const { properties } = await get(`${description.resourceManager}${dps}?api-version=2026-08-31`);
    expect(properties).toMatchObject({ state: 'Active', iotHubs: [{ name: expect.any(String) }, {}] });
    expect(await get(`${description.resourceManager}${dps}/certificates?api-version=2026-08-31`)).toEqual({
      value: [],
    });
    expect(await get(`${vault}/certificates?api-version=2025-07-01`)).toEqual({ value: [], nextLink: null });
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

  it('says in one line that it has no temporary folder, and ends with 1', async () => {
    const folder = join(directory, 'nowhere');
    const env = { TMPDIR: folder, TMP: folder, TEMP: folder };
    const { code, out, err } = await ended(start(process.execPath, [MAIN, '--json', '--empty'], env));
    expect({ code, out }).toStrictEqual({ code: 1, out: '' });
    expect(err).toMatch(/^Cannot start the emulator: .*temporary folder in '.*nowhere'.*\n$/);
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
