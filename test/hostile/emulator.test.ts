import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { counted } from '../support/counts.ts';
import { DEVICE_KEY, hostileRequest, templatesOf, type WireRequest } from '../support/hostile-requests.ts';
import { chanceOf } from '../support/mutated-der.ts';

const SEED = 20_260_302;
/** A stack trace, or a path of the emulator's own code. */
const TRACE = /\n\s+at |\.ts:\d+|node:internal|node_modules/;

let emulator: Emulator;
let ca: string;
const failures: string[] = [];
const agents = { https: new Agent({ keepAlive: true }), http: new HttpAgent({ keepAlive: true }) };

beforeAll(async () => {
  const symmetricKey = { primaryKey: DEVICE_KEY, secondaryKey: DEVICE_KEY };
  const certificate = { name: 'ca', subject: 'CN=ca', key: 'P-256', notBefore: '-P1Y', notAfter: 'P1Y' } as const;
  emulator = await startEmulator({
    log: (text) => failures.push(text),
    clockFactor: 1_000_000,
    seed: {
      version: 1,
      vaults: [{ name: 'kv-1', certificates: [certificate] }],
      provisioningServices: [
        {
          name: 'dps-1',
          hubs: [{ name: 'hub-1' }],
          certificates: [{ name: 'ca', certificate: { vault: 'kv-1', name: 'ca' }, verified: true }],
          enrollmentGroups: [{ id: 'g-1', caReferences: { primary: 'ca' } }],
          individualEnrollments: [{ id: 'keyed', symmetricKey }],
        },
      ],
    },
  });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
});
afterAll(async () => {
  agents.https.destroy();
  agents.http.destroy();
  await emulator?.close();
});

interface Answered {
  readonly status: number;
  readonly text: string;
}

function send({ url, method, headers, body }: WireRequest): Promise<Answered> {
  const isHttps = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const answered = (incoming: import('node:http').IncomingMessage) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    };
    const options = { method, headers };
    const outgoing = isHttps
      ? request(url, { ...options, ca, agent: agents.https }, answered)
      : httpRequest(url, { ...options, agent: agents.http }, answered);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function tokenFor(resource: string): Promise<string> {
  const { endpoint, header } = emulator.description.identity;
  const url = `${endpoint}?api-version=2019-08-01&resource=${resource}`;
  const { text } = await send({ url, method: 'GET', headers: { 'x-identity-header': header }, body: undefined });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

describe('the emulator', () => {
  it('answers whatever it is sent as the service would, and goes on', { timeout: 900_000 }, async () => {
    const { description } = emulator;
    const [arm, vault] = [await tokenFor(description.resourceManager), await tokenFor('https://vault.azure.net')];
    const templates = templatesOf(description, { arm, vault });
    const chance = chanceOf(SEED);
    const statuses = new Map<number, number>();
    for (let count = 0; count < counted(600, 20_000); count++) {
      const wire = hostileRequest(templates, chance);
      const { status, text } = await send(wire).catch((error: unknown) => {
        throw new Error(`${JSON.stringify(wire).slice(0, 1_000)} broke the connection`, { cause: error });
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const isOrderly = status < 500 && status >= 200 && !TRACE.test(text) && text.length < 100_000;
      if (!isOrderly || failures.length > 0) {
        expect({ wire: JSON.stringify(wire).slice(0, 2_000), status, text: text.slice(0, 500), failures }).toBe(
          'orderly',
        );
      }
    }
    // Were all refused at the door, nothing would be shown.
    expect([...statuses.keys()].filter((status) => status < 300).length).toBeGreaterThan(1);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(100);
  });

  it('takes no nonsense at its control address', async () => {
    const { control } = emulator.description;
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '[{}]',
      '{"ms":-1}',
      '{"ms":1e99}',
      '{"factor":0}',
      '[{"service":"x"}]',
      '[{"service":"keyVault","path":"(","effect":{"status":500}}]',
      '['.repeat(50_000),
    ];
    for (const path of [
      '/requests',
      '/latency',
      '/clock',
      '/faults',
      '/violations',
      '/telemetry',
      '/throttle',
      '/x',
      '/%',
      '/..',
    ]) {
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'GET']) {
        for (const body of method === 'PUT' ? bodies : ['']) {
          const { status, text } = await send({ url: `${control}${path}`, method, headers: {}, body });
          expect([200, 204, 400, 404, 405]).toContain(status);
          expect(text).not.toMatch(TRACE);
        }
      }
    }
    expect(failures).toEqual([]);
  });
});
