import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { caCertificate, testKey } from '../support/ca-certificate.ts';
import { type CertificateRequest, certificateRequests, entryRequests } from '../support/certificate-requests.ts';
import { counted } from '../support/counts.ts';
import { DEVICE_KEY, hostileRequest, templatesOf, type WireRequest } from '../support/hostile-requests.ts';
import { chanceOf, mutated } from '../support/mutated-der.ts';

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

const etagIn = (text: string | undefined) =>
  text === undefined ? undefined : (JSON.parse(text) as { readonly etag: string }).etag;

describe('the emulator', () => {
  it('answers whatever it is sent as the service would, and goes on', { timeout: 900_000 }, async () => {
    const { description } = emulator;
    const [arm, vault] = [await tokenFor(description.resourceManager), await tokenFor('https://vault.azure.net')];
    const monitor = await tokenFor('https://monitor.azure.com');
    const templates = templatesOf(description, { arm, vault, monitor });
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

  it('answers whatever certificate it is given at every address that takes one', { timeout: 900_000 }, async () => {
    const { description } = emulator;
    const tokens = {
      arm: await tokenFor(description.resourceManager),
      vault: await tokenFor('https://vault.azure.net'),
    };
    const pending = { policy: { x509_props: { subject: 'CN=pending' }, issuer: { name: 'Unknown' } } };
    const created = await send({
      url: `${description.keyVaults[0]?.url}/certificates/pending/create?api-version=2025-07-01`,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.vault}` },
      body: JSON.stringify(pending),
    });
    expect(created.status).toBe(202);
    const key = testKey('P-256');
    const privateKey = String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const seeds = [await caCertificate({ key }), await caCertificate({ key: testKey('P-384') })];
    const chance = chanceOf(SEED);
    const seen = new Map<string, Set<number>>();
    const sendOrderly = async (how: string, wire: CertificateRequest) => {
      const { status, text } = await send(wire);
      seen.set(wire.what, (seen.get(wire.what) ?? new Set()).add(status));
      // So the service itself answers an upload that is no certificate.
      const isKnown = wire.what === 'upload' && status === 500 && /IH500019/.test(text);
      const isOrderly =
        (status < 500 || isKnown) && !TRACE.test(text) && text.length < 100_000 + 12 * (wire.body?.length ?? 0);
      if (!isOrderly || failures.length > 0) {
        expect({ how, what: wire.what, status, text: text.slice(0, 500), failures }).toBe('orderly');
      }
      return status < 300 ? text : undefined;
    };
    for (let count = 0; count < counted(60, 3_000); count++) {
      const { how, der } = mutated(seeds, chance);
      const given = { certificate: der, isPem: chance(2) === 0, privateKey };
      for (const wire of certificateRequests(description, tokens, given)) await sendOrderly(how, wire);
      let etag = etagIn(await sendOrderly(how, entryRequests(description, tokens, given).upload));
      if (etag === undefined) continue;
      etag = etagIn(await sendOrderly(how, entryRequests(description, tokens, given, etag).code));
      await sendOrderly(how, entryRequests(description, tokens, given, etag).verify);
      await sendOrderly(how, entryRequests(description, tokens, given, etag).delete);
    }
    // Some are taken, and some refused; but to prove or to merge one takes a key or a name that these have not.
    const has = (what: string, isWanted: (status: number) => boolean) => [...(seen.get(what) ?? [])].some(isWanted);
    for (const what of ['upload', 'code', 'delete', 'import', 'signing certificate', 'client certificate']) {
      expect([what, has(what, (status) => status < 300)]).toEqual([what, true]);
    }
    for (const what of ['upload', 'verify', 'import', 'merge', 'signing certificate', 'client certificate']) {
      expect([what, has(what, (status) => status >= 400)]).toEqual([what, true]);
    }
    expect(seen.get('verify')).toEqual(new Set([400]));
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
