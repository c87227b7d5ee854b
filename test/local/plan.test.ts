import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { planCommand } from '../../local/plan/plan-command.ts';
import type { Plan } from '../../shared/operations/planned.ts';
import { withCertificate } from '../support/changed-seed.ts';
import { isWrite } from '../support/is-write.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));
/** A folder without local.settings.json, until a test writes one. */
const folder = mkdtempSync(join(tmpdir(), 'plan-'));
/** Nothing but the environment: what else might be on this machine would be asked, one after the other. */
const NO_CREDENTIAL = { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, [RUN, 'plan', ...args], {
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    cwd: folder,
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...text };
}

/** What leads a client to an emulator. */
function connection({ description }: Emulator): NodeJS.ProcessEnv {
  return {
    NODE_EXTRA_CA_CERTS: description.caCertificate,
    AZURE_RESOURCE_MANAGER_URL: description.resourceManager,
    IDENTITY_ENDPOINT: description.identity.endpoint,
    IDENTITY_HEADER: description.identity.header,
  };
}

function targets({ description }: Emulator): string[] {
  return [
    ...description.provisioningServices.flatMap(({ resourceId }) => ['--dps', resourceId]),
    ...description.keyVaults.flatMap(({ url }) => ['--vault', url]),
  ];
}

let emulator: Emulator;
const plan = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  run([...targets(emulator), ...args], { ...connection(emulator), ...env });

beforeAll(async () => {
  emulator = await startEmulator({ seed: DEFAULT_SEED });
});
afterEach(async () => {
  await fetch(`${emulator.description.control}/faults`, { method: 'DELETE' });
  await fetch(`${emulator.description.control}/requests`, { method: 'DELETE' });
  rmSync(join(folder, 'local.settings.json'), { force: true });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Requests to services; tokens are no business of theirs. */
function requests() {
  return emulator.requests().filter(({ service }) => service !== 'identity');
}

async function forbid(service: string, path: string): Promise<void> {
  const fault = { service, path, times: 1_000, effect: { status: 403 } };
  const armed = await fetch(`${emulator.description.control}/faults`, { method: 'PUT', body: JSON.stringify([fault]) });
  expect(armed.ok).toBe(true);
}

describe('npm run plan', () => {
  it('in a pipe prints the plan without colours, and ends with 2 where something is due', async () => {
    const { code, out, err } = await plan();
    expect([code, err]).toStrictEqual([2, '']);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/^ {2}PlantA +plant-a-ca {2}P-256 .* 60 {2}renew now$/m);
    expect(out).toMatch(/^ {2}legacy-partner-ca .* 200 {2}unmanaged$/m);
    expect(out).toContain('3 enrollments refer to it, 1 of them embedded: group a-line-1');
    expect(out).toContain('\n  1 of 2 managed CAs has a step to take: plant-a-ca.\n');
    expect(requests().length).toBeGreaterThan(10);
    expect(requests().filter(isWrite)).toStrictEqual([]);
  });

  it('--json prints the plan as data, and nothing else', async () => {
    const { code, out, err } = await plan(['--json']);
    const { verdict, provisioningServices, cas, obstacles } = JSON.parse(out) as Plan;
    expect({ code, err, verdict, obstacles }).toEqual({ code: 2, err: '', verdict: 'due', obstacles: [] });
    expect(provisioningServices).toMatchObject([
      { name: 'dps-fleet', state: 'Active', entries: [{ name: 'PlantA', references: { count: 3 } }, {}, {}] },
    ]);
    expect(cas.map(({ ca }) => ca.name)).toEqual(['plant-a-ca', 'plant-b-ca']);
    expect(cas[0]?.generations[0]?.notAfter).toMatch(/^20\d\d-\d\d-\d\dT/);
  });

  it('takes the settings of the environment, or of local.settings.json, where options say nothing', async () => {
    const { keyVaults, provisioningServices } = emulator.description;
    const settings = {
      DPS_RESOURCE_IDS: provisioningServices.map(({ resourceId }) => resourceId).join(','),
      KEY_VAULT_URLS: keyVaults.map(({ url }) => url).join(','),
    };
    const byEnvironment = await run([], { ...connection(emulator), ...settings });
    expect([byEnvironment.code, byEnvironment.err]).toStrictEqual([2, '']);
    const values = { ...settings, RENEW_BEFORE: 'P10D', MODE: 'nonsense' };
    writeFileSync(join(folder, 'local.settings.json'), JSON.stringify({ Values: values }));
    const byFile = await run([], connection(emulator));
    expect([byFile.code, byFile.err]).toStrictEqual([0, '']);
    expect(byFile.out).toContain('\n  No step is due.\n');
    const overridden = await run(['--renew-before', '20%'], connection(emulator));
    expect(overridden.code).toBe(2);
  });

  it('signs in with a client secret, too', async () => {
    const { authority } = emulator.description;
    const { IDENTITY_ENDPOINT: _, IDENTITY_HEADER: __, ...rest } = connection(emulator);
    const secret = { AZURE_CLIENT_ID: 'any', AZURE_CLIENT_SECRET: 'any', AZURE_TENANT_ID: 'adfs' };
    const host = { AZURE_AUTHORITY_HOST: new URL(authority).origin };
    const { code, err } = await run(targets(emulator), { ...rest, ...secret, ...host });
    expect([code, err]).toStrictEqual([2, '']);
  });

  it('runs as the line says that npm start prints', async () => {
    const line = planCommand(emulator.description, connection(emulator));
    const child = spawn('sh', ['-c', line], { cwd: ROOT, env: { PATH: process.env.PATH, HOME: folder } });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(out).toContain('\n  1 of 2 managed CAs has a step to take: plant-a-ca.\n');
  });

  it('ends with 3 where a person is needed', async () => {
    const other = await startEmulator({
      seed: withCertificate(DEFAULT_SEED, 'plant-a-ca', { tags: { dps: 'dps-9' } }),
    });
    try {
      const { code, out } = await run(targets(other), connection(other));
      expect(code).toBe(3);
      expect(out).toContain('✗ plant-a-ca: bad-tag\n');
      expect(out).toContain('dps-9 is not among the configured provisioning services');
    } finally {
      await other.close();
    }
  });

  it.each([
    [['--json', '--retire', 'never']],
    [['--renew-before', 'P365D', '--overlap', 'PT1S', '--retire', 'overlap']],
  ])('changes nothing: %j', async (args) => {
    await plan(args);
    expect(requests().length).toBeGreaterThan(10);
    expect(requests().filter(isWrite)).toStrictEqual([]);
  });
});

describe('npm run plan, without the permission', () => {
  it.each([
    ['to list certificates', 'keyVault', '^/certificates/?$', 'Microsoft.KeyVault/vaults/certificates/read'],
    ['to read certificates', 'keyVault', '^/certificates/[^/]+', 'Microsoft.KeyVault/vaults/certificates/read'],
    ['to read a DPS', 'resourceManager', '/dps-fleet$', 'Microsoft.Devices/provisioningServices/read'],
    ['to read its entries', 'resourceManager', '/dps-fleet/certificates$', '/provisioningServices/certificates/read'],
    ['to read groups', 'enrollments', '^/enrollmentGroups/query', '/provisioningServices/enrollmentGroups/read'],
    ['to read enrollments', 'enrollments', '^/enrollments/query', '/provisioningServices/enrollments/read'],
  ])('%s, names it, shows the rest, writes nothing and ends with 3', async (_, service, path, permission) => {
    await forbid(service, path);
    const { code, out, err } = await plan();
    expect([code, err]).toStrictEqual([3, '']);
    expect(out).toMatch(new RegExp(`✗ permission missing on \\S+: \\S*${permission}\n`));
    expect(out).toMatch(permission.endsWith('Services/certificates/read') ? /^ {2}dps-fleet$/m : /^ {2}PlantA /m);
    expect(requests().filter(isWrite)).toStrictEqual([]);
  });
});

describe('npm run plan, when it cannot', () => {
  it('--help explains itself and its exit codes', async () => {
    const { code, out, err } = await run(['--help'], {});
    expect([code, err]).toStrictEqual([0, '']);
    expect(out).toMatch(/^Usage: npm run plan -- --dps RESOURCE-ID/);
    expect(out).toContain('Exit code: 0 nothing is due, 2 something is due, 3 something needs a person, 1 ');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('says what to give it where it has nothing, and ends with 1', async () => {
    const { code, out, err } = await run([], {});
    expect([code, out]).toStrictEqual([1, '']);
    expect(err).toContain('npm run plan -- --dps RESOURCE-ID --vault https://NAME.vault.azure.net');
  });

  it('ends with 1, not 2, for an option that it does not know: 2 says that something is due', async () => {
    const { code, out, err } = await run(['--jason'], {});
    expect([code, out]).toStrictEqual([1, '']);
    expect(err).toMatch(/^Unknown option '--jason'/);
  });

  it("says 'az login' without a credential, and asks nothing of anybody", async () => {
    const { code, out, err } = await run(targets(emulator), NO_CREDENTIAL);
    expect([code, out]).toStrictEqual([1, '']);
    expect(err).toContain("Run 'az login'");
    expect(requests()).toStrictEqual([]);
  });

  it('ends with 1 where nobody answers, and says who', async () => {
    const nowhere = 'https://127.0.0.1:9';
    const dps = emulator.description.provisioningServices[0]?.resourceId ?? '';
    const { code, out, err } = await run(['--dps', dps, '--vault', nowhere], {
      ...connection(emulator),
      AZURE_RESOURCE_MANAGER_URL: nowhere,
    });
    expect([code, out]).toStrictEqual([1, '']);
    expect(err.replace(/\s+/g, ' ')).toMatch(/Cannot plan: no vault and no DPS could be read .*127\.0\.0\.1:9/);
  });
});
