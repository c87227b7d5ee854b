import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { isWrite } from '../support/is-write.ts';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));
const KEY = 'f4nct10n-k3y';
const WEBHOOK = `https://app.example/api/allocate?code=${KEY}`;
const HUBS = ['hub-fleet-west.azure-devices.net', 'hub-fleet-north.azure-devices.net'];
const DEFINITION = { webhookUrl: WEBHOOK, apiVersion: '2021-10-01' };

let emulator: Emulator;

async function attach(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { caCertificate, resourceManager, identity } = emulator.description;
  const child = spawn(process.execPath, [RUN, 'attach', ...args], {
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
  // Whatever is asked for, and whatever comes of it.
  expect(text.out + text.err).not.toContain(KEY);
  return { code: code as number | null, ...text };
}

const service = () => {
  const found = emulator.provisioningServices.get('dps-fleet');
  if (!found) throw new Error('the demo fleet was expected to have dps-fleet');
  return found;
};
const dps = () => ['--dps', emulator.description.provisioningServices[0]?.resourceId ?? ''];
/** What the service has stored of an enrollment, its secrets included. */
function stored(kind: 'group' | 'individual', id: string): Record<string, unknown> {
  return JSON.parse(service().enrollments[kind].get(id)?.content.text ?? '');
}
const groups = () =>
  Object.fromEntries(['a-line-1', 'a-packaging', 'b-lines', 'meters'].map((id) => [id, stored('group', id)]));
const writes = () => emulator.requests().filter((request) => isWrite(request) && request.service !== 'identity');
/** A run in one line, for a sentence that may be broken anywhere. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

beforeEach(async () => {
  emulator = await startEmulator({ seed: DEFAULT_SEED });
});
afterEach(async () => {
  await emulator.close();
});

describe('npm run attach', () => {
  it('shows the difference, writes it on condition of the ETag, and says how it is undone', async () => {
    const before = stored('group', 'a-line-1');
    service().behaviour.putWithoutIfMatch = 'conflict';
    const { code, out, err } = await attach([...dps(), '--group', 'a-line-1', '--webhook', WEBHOOK, '--yes']);
    expect([code, err]).toStrictEqual([0, '']);
    expect(out).toBe(`
  enrollment group a-line-1
    + allocationPolicy: custom
    + customAllocationDefinition.webhookUrl: https://app.example/api/allocate?****
    + customAllocationDefinition.apiVersion: 2021-10-01

  Everything else in it stays as it is.

  ✓ enrollment group a-line-1: attached
    undone by --group a-line-1 --detach

`);
    expect(stored('group', 'a-line-1')).toStrictEqual({
      ...before,
      allocationPolicy: 'custom',
      customAllocationDefinition: DEFINITION,
    });
    expect(writes().map(({ method, path }) => `${method} ${path}`)).toStrictEqual(['PUT /enrollmentGroups/a-line-1']);
  });

  it('without a terminal shows the difference, changes nothing, asks for --yes and ends with 2', async () => {
    const { code, out, err } = await attach([...dps(), '--enrollment', 'a-gateway', '--webhook', WEBHOOK]);
    expect(code).toBe(2);
    expect(out).toContain('  individual enrollment a-gateway\n    + allocationPolicy: custom\n');
    expect(err).toBe('Nothing was changed: there is no terminal to ask on. Look at the differences, then add --yes.\n');
    expect(writes()).toStrictEqual([]);
  });

  it('says that there is nothing to do, and ends with 0 even without --yes', async () => {
    const args = [...dps(), '--group', 'a-line-1'];
    // The setting stands in for the option.
    const env = { ALLOCATION_WEBHOOK_URL: WEBHOOK };
    expect((await attach([...args, '--yes'], env)).code).toBe(0);
    for (const masks of [false, true]) {
      service().behaviour.masksWebhookUrl = masks;
      emulator.clearRequests();
      const { code, out, err } = await attach(args, env);
      expect([code, err, writes()]).toStrictEqual([0, '', []]);
      expect(flat(out)).toBe(' Nothing to do: enrollment group a-line-1 is attached to this webhook already. ');
    }
  });

  it('with --replace-key writes the key that DPS masks', async () => {
    const args = [...dps(), '--group', 'a-line-1', '--yes'];
    await attach([...args, '--webhook', WEBHOOK.replace(KEY, 'former')]);
    service().behaviour.masksWebhookUrl = true;
    const { code, out } = await attach([...args, '--webhook', WEBHOOK, '--replace-key']);
    expect(code).toBe(0);
    expect(out).toContain('?**** (the key as given: DPS does not show the present one)\n');
    expect(stored('group', 'a-line-1').customAllocationDefinition).toStrictEqual(DEFINITION);
  });

  it('attaches all groups, and symmetric keys survive it', async () => {
    const before = groups();
    const { code, out } = await attach([...dps(), '--all-groups', '--webhook', WEBHOOK, '--yes']);
    expect(code).toBe(0);
    expect(out.match(/✓ enrollment group \S+: attached/g)).toHaveLength(4);
    const expected = Object.entries(before).map(([id, record]) => {
      return [id, { ...record, allocationPolicy: 'custom', customAllocationDefinition: DEFINITION }];
    });
    expect(groups()).toStrictEqual(Object.fromEntries(expected));
    expect(JSON.stringify(before.meters)).toMatch(/"primaryKey":"[^"]{20,}"/);
    expect(out).not.toMatch(/primaryKey|symmetricKey/);
    expect(stored('individual', 'a-gateway')).not.toHaveProperty('allocationPolicy');
  });

  it('--detach gives back what there was', async () => {
    const before = groups();
    await attach([...dps(), '--all-groups', '--webhook', WEBHOOK, '--yes']);
    const { code, out } = await attach([...dps(), '--all-groups', '--detach', '--yes']);
    expect(code).toBe(0);
    expect(out).toContain('    - customAllocationDefinition.webhookUrl: https://app.example/api/allocate?****\n');
    expect(out).toContain('  ✓ enrollment group meters: detached\n');
    expect(groups()).toStrictEqual(before);
    const again = await attach([...dps(), '--all-groups', '--detach', '--policy', 'static']);
    expect([again.code, again.out]).toStrictEqual([
      0,
      '\n  Nothing to do. 4 enrollment groups are attached to no webhook.\n\n',
    ]);
  });

  it('--detach --policy sets a policy, and leaves what is attached elsewhere', async () => {
    await attach([...dps(), '--group', 'a-line-1', '--webhook', WEBHOOK, '--yes']);
    const elsewhere = 'https://other.example/api/allocate';
    const args = [...dps(), '--group', 'a-line-1', '--detach', '--policy', 'geolatency', '--yes'];
    const other = await attach([...args, '--webhook', elsewhere]);
    expect(flat(other.out)).toBe(' Nothing to do: enrollment group a-line-1 is not attached to this webhook. ');
    expect((await attach(args)).code).toBe(0);
    expect(stored('group', 'a-line-1')).toMatchObject({ allocationPolicy: 'geoLatency' });
    expect(stored('group', 'a-line-1')).not.toHaveProperty('customAllocationDefinition');
  });

  it('--json tells the same as data, and needs --yes to write', async () => {
    const args = [...dps(), '--group', 'b-lines', '--webhook', WEBHOOK, '--api-version', '2019-03-31', '--json'];
    const enrollment = (outcome: string) => ({
      kind: 'group',
      id: 'b-lines',
      outcome,
      differences: [
        { path: 'allocationPolicy', to: 'custom' },
        { path: 'customAllocationDefinition.webhookUrl', to: 'https://app.example/api/allocate?****' },
        { path: 'customAllocationDefinition.apiVersion', to: '2019-03-31' },
      ],
    });
    const pending = await attach(args);
    expect([pending.code, JSON.parse(pending.out)]).toStrictEqual([
      2,
      { action: 'attach', dps: 'dps-fleet', enrollments: [enrollment('pending')] },
    ]);
    expect(pending.err).toContain('with --json nobody is asked');
    const done = await attach([...args, '--yes']);
    expect([done.code, done.err]).toStrictEqual([0, '']);
    expect(JSON.parse(done.out)).toMatchObject({ enrollments: [enrollment('changed')] });
  });
});

describe('npm run attach, when it cannot', () => {
  it('says which enrollment was changed meanwhile, and writes the others', async () => {
    emulator.setFaults([
      { service: 'enrollments', method: 'PUT', path: '/b-lines$', times: 1, effect: { status: 412 } },
    ]);
    const { code, out } = await attach([...dps(), '--all-groups', '--webhook', WEBHOOK, '--yes']);
    expect(code).toBe(1);
    expect(flat(out)).toMatch(
      /✗ enrollment group b-lines Cannot replace enrollment group 'b-lines' .* run this again\./,
    );
    expect(out.match(/✓/g)).toHaveLength(3);
    expect(stored('group', 'b-lines')).not.toHaveProperty('allocationPolicy');
  });

  it('names the roles where it may not write, and tries no other', async () => {
    emulator.setFaults([{ service: 'enrollments', method: 'PUT', path: '', times: 9, effect: { status: 403 } }]);
    const { code, out } = await attach([...dps(), '--all-groups', '--webhook', WEBHOOK, '--yes']);
    expect(code).toBe(1);
    expect(flat(out)).toContain(
      'roles Reader and Device Provisioning Service Data Contributor (for --check, Data Reader).',
    );
    expect(out.match(/: not tried\n/g)).toHaveLength(3);
    expect(writes().filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('writes no group whose symmetric keys it may not read', async () => {
    const before = stored('group', 'meters');
    emulator.setFaults([
      { service: 'enrollments', method: 'POST', path: 'mechanism', times: 9, effect: { status: 403 } },
    ]);
    const { code, out } = await attach([...dps(), '--group', 'meters', '--webhook', WEBHOOK, '--yes']);
    expect(code).toBe(1);
    expect(flat(out)).toContain(
      "Cannot read the symmetric keys of enrollment group 'meters', which a write needs: 403",
    );
    expect(stored('group', 'meters')).toStrictEqual(before);
  });

  it.each([
    [['--group', 'nobody'], /Cannot find enrollment group 'nobody' in dps-fleet: .* az iot dps enrollment-group list/],
    [['--enrollment', 'a-line-1'], /Cannot find individual enrollment 'a-line-1' .* az iot dps enrollment list/],
  ])('says that there is no such enrollment: %j', async (target, sentence) => {
    const { code, out, err } = await attach([...dps(), ...target, '--webhook', WEBHOOK, '--yes']);
    expect([code, out]).toStrictEqual([1, '']);
    expect(flat(err)).toMatch(sentence);
  });

  it("says 'az login' without a credential, and asks nothing of anybody", async () => {
    const none = { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential', IDENTITY_ENDPOINT: undefined };
    const { code, err } = await attach([...dps(), '--group', 'a-line-1', '--webhook', WEBHOOK], none);
    expect(code).toBe(1);
    expect(flat(err)).toContain("Run 'az login'");
    expect(emulator.requests()).toStrictEqual([]);
  });

  it('--help explains itself and its exit codes', async () => {
    const { code, out, err } = await attach(['--help']);
    expect([code, err]).toStrictEqual([0, '']);
    expect(out).toMatch(/^Usage: npm run attach -- --dps RESOURCE-ID /);
    expect(out).toContain('\nExit code: 0 done or nothing to do, 1 ');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('ends with 2 for wrong usage, and says all that is wrong', async () => {
    const { code, out, err } = await attach(['--policy', 'static']);
    expect([code, out]).toStrictEqual([2, '']);
    expect(err.split('\n')).toHaveLength(5);
  });
});

describe('npm run attach -- --check', () => {
  let webhook: Server;
  let answer: RequestListener;
  const bodies: unknown[] = [];
  const url = () => `http://localhost:${(webhook.address() as AddressInfo).port}/api/allocate?code=${KEY}`;

  beforeAll(async () => {
    webhook = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      answer(request, response);
    });
    await once(webhook.listen(0, 'localhost'), 'listening');
  });
  afterEach(() => {
    bodies.length = 0;
  });
  afterAll(() => {
    webhook.closeAllConnections();
    webhook.close();
  });

  it('posts what DPS would, and says where the device goes', async () => {
    answer = (_, response) => response.end(JSON.stringify({ iotHubHostName: HUBS[1] }));
    const { code, out, err } = await attach([...dps(), '--check', '--webhook', url()]);
    expect([code, err, writes()]).toStrictEqual([0, '', []]);
    const shown = url().replace(/\?.*/, '?****');
    expect(out).toBe(`
  ✓ POST ${shown}
  The webhook works: it sends the device attach-check to
  hub-fleet-north.azure-devices.net.

`);
    expect(bodies).toStrictEqual([
      {
        enrollmentGroup: {
          enrollmentGroupId: 'attach-check',
          attestation: { type: 'x509' },
          allocationPolicy: 'custom',
          customAllocationDefinition: { webhookUrl: shown },
        },
        deviceRuntimeContext: { registrationId: 'attach-check', x509: {} },
        linkedHubs: HUBS,
      },
    ]);
  });

  it('takes webhook and record of an enrollment, never its registrationId', async () => {
    await attach([...dps(), '--enrollment', 'a-gateway', '--webhook', url(), '--yes']);
    answer = (_, response) => response.end(JSON.stringify({ iotHubHostName: HUBS[0] }));
    const { code, out } = await attach([...dps(), '--enrollment', 'a-gateway', '--check', '--json']);
    expect([code, JSON.parse(out)]).toMatchObject([0, { finding: 'allocated', hub: HUBS[0], notes: [] }]);
    expect(bodies).toMatchObject([
      {
        individualEnrollment: {
          registrationId: 'a-gateway',
          attestation: { x509: { caReferences: { primary: 'PlantA' } } },
        },
        deviceRuntimeContext: { registrationId: 'attach-check' },
      },
    ]);
  });

  it('says that DPS does not call it for an enrollment that is not attached', async () => {
    answer = (_, response) => response.end(JSON.stringify({ iotHubHostName: HUBS[0] }));
    const { code, out } = await attach([...dps(), '--group', 'meters', '--check', '--webhook', url()]);
    expect(code).toBe(0);
    expect(flat(out)).toContain("DPS does not call it for enrollment group 'meters', which is attached to no webhook.");
    expect(bodies).toMatchObject([{ deviceRuntimeContext: { symmetricKey: {} } }]);
  });

  it('explains a key that was rejected, with a command', async () => {
    answer = (_, response) => response.writeHead(401).end();
    const { code, out } = await attach([...dps(), '--check', '--webhook', url()]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ {2}✗ POST http:\/\/localhost:\d+\/api\/allocate\?\*\*\*\*$/m);
    expect(out).toContain('\n  az functionapp function keys list --resource-group GROUP --name APP ');
  });

  it('explains a denial, whose text may quote the key', async () => {
    answer = ({ url: at }, response) => response.writeHead(400).end(JSON.stringify({ message: `Not at ${at}` }));
    const { code, out } = await attach([...dps(), '--check', '--json', '--webhook', url()]);
    expect([code, JSON.parse(out)]).toMatchObject([1, { finding: 'denied', webhook: url().replace(/\?.*/, '?****') }]);
    expect(out).toContain('Not at /api/allocate?****');
  });

  it('calls nothing that is not https', async () => {
    const at = `http://app.example/api/allocate?code=${KEY}`;
    const { code, out } = await attach([...dps(), '--check', '--webhook', at]);
    expect(code).toBe(1);
    expect(flat(out)).toContain('is not https, and DPS calls nothing else: its function key would go over the wire');
    expect(flat(out)).toContain('It was not called.');
  });

  it('needs the whole URL where DPS masks it', async () => {
    await attach([...dps(), '--group', 'a-line-1', '--webhook', url(), '--yes']);
    service().behaviour.masksWebhookUrl = true;
    const { code, err } = await attach([...dps(), '--group', 'a-line-1', '--check']);
    expect(code).toBe(1);
    expect(flat(err)).toMatch(
      /Cannot check: DPS shows the webhook of enrollment group 'a-line-1' as .*\?\*\*\*\*, without its key\./,
    );
    expect(bodies).toStrictEqual([]);
  });
});
