import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { INSTRUMENTATION_KEY } from '../../../../local/emulator/ingestion/ingestion.ts';

let emulator: Emulator;
let endpoint: string;
let token: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: { version: 1, vaults: [], provisioningServices: [] } });
  const { applicationInsights, identity } = emulator.description;
  endpoint = /IngestionEndpoint=([^;]+)/.exec(applicationInsights.connectionString)?.[1] ?? '';
  token = await tokenFor('https://monitor.azure.com', identity);
});
afterAll(() => emulator?.close());
beforeEach(() => emulator.telemetry.clearEnvelopes());

async function tokenFor(resource: string, { endpoint: url, header } = emulator.description.identity): Promise<string> {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource });
  const response = await fetch(`${url}?${query}`, { headers: { 'x-identity-header': header } });
  return ((await response.json()) as { access_token: string }).access_token;
}

const envelope = (name: string, iKey = INSTRUMENTATION_KEY) => ({
  name: 'Microsoft.ApplicationInsights.Event',
  time: '2026-03-01T12:00:00.000Z',
  iKey,
  data: { baseType: 'EventData', baseData: { ver: 2, name } },
});

/** Posts octets as they are. */
async function post(body: Uint8Array | string, headers: Record<string, string> = {}, path = 'v2.1/track') {
  const { request } = await import('node:https');
  const ca = readFileSync(emulator.description.caCertificate, 'utf8');
  return new Promise<{ status: number | undefined; body: Record<string, unknown> }>((resolve, reject) => {
    const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
    const outgoing = request(`${endpoint}${path}`, { method: 'POST', ca, headers: all }, async (incoming) => {
      let text = '';
      for await (const chunk of incoming) text += chunk;
      resolve({ status: incoming.statusCode, body: JSON.parse(text) });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const names = () =>
  emulator.telemetry.envelopes().map(({ data }) => (data as { baseData: { name: string } }).baseData.name);
const list = (...parts: string[]) => JSON.stringify(parts.map((name) => envelope(name)));

it.each([
  ['a list', list('a', 'b'), {}],
  ['a list, zipped', gzipSync(list('a', 'b')), { 'content-encoding': 'gzip' }],
  [
    'one a line, zipped',
    gzipSync(`${JSON.stringify(envelope('a'))}\n${JSON.stringify(envelope('b'))}\n`),
    { 'content-encoding': 'gzip', 'content-type': 'application/x-json-stream' },
  ],
])('takes %s, and shows it at the control address', async (_, body, headers) => {
  expect(await post(body, headers)).toEqual({
    status: 200,
    body: { itemsReceived: 2, itemsAccepted: 2, appId: null, errors: [] },
  });
  expect(names()).toEqual(['a', 'b']);
  const control = `${emulator.description.control}/telemetry`;
  expect(await (await fetch(control)).json()).toEqual([envelope('a'), envelope('b')]);
  expect((await fetch(control, { method: 'DELETE' })).status).toBe(204);
  expect(names()).toEqual([]);
});

it('takes what is of this resource, and says what is not', async () => {
  const body = JSON.stringify([envelope('a', '00000000-0000-4000-8000-000000000009'), envelope('b'), { iKey: 1 }]);
  const answer = await post(body);
  expect(answer.status).toBe(206);
  expect(answer.body).toMatchObject({
    itemsReceived: 3,
    itemsAccepted: 1,
    errors: [
      { index: 0, statusCode: 400, message: 'Invalid instrumentation key' },
      { index: 2, statusCode: 400 },
    ],
  });
  expect(names()).toEqual(['b']);
});

it.each([
  ['nothing of this resource', JSON.stringify([envelope('a', 'x')]), {}],
  ['no time', JSON.stringify([{ ...envelope('a'), time: 'now' }]), {}],
  ['no data', JSON.stringify([{ ...envelope('a'), data: undefined }]), {}],
  ['an empty list', '[]', {}],
  ['no JSON', '{', {}],
  ['no gzip', list('a'), { 'content-encoding': 'gzip' }],
  ['no JSON in a line', '{}\n{', { 'content-type': 'application/x-json-stream' }],
])('refuses %s with 400', async (_, body, headers) => {
  expect((await post(body, headers)).status).toBe(400);
  expect(names()).toEqual([]);
});

it('hears nobody without a token for it', async () => {
  expect((await post(list('a'), { authorization: '' })).status).toBe(401);
  const foreign = await tokenFor('https://vault.azure.net');
  expect((await post(list('a'), { authorization: `Bearer ${foreign}` })).status).toBe(401);
  expect(names()).toEqual([]);
});

it('fails as it is told to at the control address', async () => {
  emulator.setFaults([{ service: 'ingestion', effect: { status: 439, retryAfter: 60 } }]);
  expect((await post(list('a'))).status).toBe(439);
  expect((await post(list('a'))).status).toBe(200);
});

it('is no call that anybody counts', async () => {
  await post(list('a'));
  expect(emulator.requests().filter(({ service }) => service === 'ingestion')).toEqual([]);
});

it('is at one path only', async () => {
  expect((await post(list('a'), {}, 'v2/track')).status).toBe(200);
  expect((await post(list('a'), {}, 'v3/track')).status).toBe(404);
});
