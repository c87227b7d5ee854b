import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { candidateOf, chooseHub } from '../../shared/allocation/rendezvous.ts';
import { isWrite } from '../support/is-write.ts';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));
const WEIGHTS = { 'hub-a': 2, 'hub-b': 1, 'hub-c': 0 };

let emulator: Emulator;

beforeAll(async () => {
  const hubs = Object.entries(WEIGHTS).map(([name, weight]) => ({ name, weight }));
  emulator = await startEmulator({
    seed: {
      version: 1,
      vaults: [],
      provisioningServices: [{ name: 'dps-1', hubs }, { name: 'dps-2' }],
    },
  });
});
afterAll(() => emulator.close());

const idOf = (name: string) =>
  emulator.description.provisioningServices.find((service) => service.name === name)?.resourceId ?? '';

async function simulate(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { caCertificate, resourceManager, identity } = emulator.description;
  const child = spawn(process.execPath, [RUN, 'simulate', ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_EXTRA_CA_CERTS: caCertificate,
      AZURE_RESOURCE_MANAGER_URL: resourceManager,
      IDENTITY_ENDPOINT: identity.endpoint,
      IDENTITY_HEADER: identity.header,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, ...text };
}

/** Running text, however it was broken into lines. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

describe('npm run simulate -- --dps', () => {
  it('takes the linked hubs with the weights that the DPS has for them, and reads nothing else', async () => {
    emulator.clearRequests();
    const { code, out, err } = await simulate(['--dps', idOf('dps-1'), '--count', '3000', '--json']);
    expect([code, err]).toStrictEqual([0, '']);
    const ids = Array.from({ length: 3000 }, (_, index) => `device-${String(index + 1).padStart(6, '0')}`);
    const candidates = Object.entries(WEIGHTS)
      .filter(([, weight]) => weight > 0)
      .map(([name, weight]) => candidateOf(`${name}.azure-devices.net`, weight));
    const devicesOf = (hub: string) => ids.filter((id) => chooseHub(id, candidates) === hub).length;
    const hubs = { a: 'hub-a.azure-devices.net', b: 'hub-b.azure-devices.net' };
    expect(JSON.parse(out)).toMatchObject({
      sources: { devices: '3,000 made-up devices', hubs: 'dps-1' },
      hubs: [
        { hub: hubs.a, weight: 2, applies: true, devices: devicesOf(hubs.a), byWeight: 2000 },
        { hub: hubs.b, weight: 1, applies: true, devices: devicesOf(hubs.b), byWeight: 1000 },
        { hub: 'hub-c.azure-devices.net', weight: 0, applies: true, devices: 0 },
      ],
      notes: [],
    });
    const calls = emulator.requests().filter(({ service }) => service !== 'identity');
    expect(calls.filter(isWrite)).toStrictEqual([]);
    expect(calls.map(({ service }) => service)).toStrictEqual(['resourceManager']);
  });

  it('says in words whose hubs they are', async () => {
    const { code, out } = await simulate(['--dps', idOf('dps-1'), '--count', '100']);
    expect(code).toBe(0);
    expect(flat(out)).toContain('100 made-up devices, by the default rule, on the hubs of dps-1.');
  });

  it.each<[string, () => readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ['there is no such DPS', () => [idOf('dps-1').replace('dps-1', 'dps-9')], {}, /^Cannot read the state of dps-9: /],
    [
      'no hub is linked to it',
      () => [idOf('dps-2')],
      {},
      /^Cannot simulate with the hubs of dps-2: none is linked to it/,
    ],
    [
      'nobody is signed in',
      () => [idOf('dps-1')],
      { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential', IDENTITY_ENDPOINT: undefined },
      /Run 'az login'/,
    ],
  ])('ends with 1 where %s', async (_, args, env, message) => {
    const { code, out, err } = await simulate(['--dps', ...args(), '--json'], env);
    expect([code, out]).toStrictEqual([1, '']);
    expect(flat(err)).toMatch(message);
  });
});
