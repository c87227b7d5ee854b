import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import type { SharedAccessPolicy } from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { createTokens } from '../../../../local/emulator/tokens.ts';
import { callHttps, type HttpsCall } from '../call-https.ts';
import { SYMMETRIC, trusting } from './build-data-plane.ts';

const AUDIENCE = 'https://azure-devices-provisioning.net';
const VERSION = 'api-version=2021-10-01';
const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

let emulator: Emulator;
let ca: string;
let host: string;

beforeAll(async () => {
  emulator = await startEmulator({
    seed: {
      version: 1,
      vaults: [{ name: 'kv-a' }],
      provisioningServices: [
        {
          name: 'dps-a',
          certificates: [
            {
              name: 'ca-1',
              certificate: { subject: 'CN=CA', key: 'P-256', notBefore: '-P1D', notAfter: 'P1D' },
              verified: true,
            },
          ],
        },
      ],
    },
  });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
  host = emulator.description.provisioningServices[0]?.serviceOperationsHostName ?? '';
});

afterAll(async () => {
  await emulator.close();
});

beforeEach(() => {
  for (const { enrollments } of emulator.provisioningServices.list()) {
    for (const store of Object.values(enrollments)) for (const { id } of [...store.values()]) store.delete(id);
  }
});

function bearer(audience: string, lifetimeSeconds = 60): string {
  const request = { audience, issuer: 'x', tenantId: 't', clientId: 'c', lifetimeSeconds };
  return `Bearer ${createTokens(() => new Date()).issue(request).token}`;
}

function call(method: string, path: string, call: Partial<HttpsCall> & { authorization?: string } = {}) {
  const { authorization = bearer(AUDIENCE), ...others } = call;
  const url = `https://${host}${path}${path.includes('?') ? '' : `?${VERSION}`}`;
  return callHttps(url, { ...others, method, headers: { authorization, ...others.headers }, ca });
}

const UNAUTHORIZED = {
  status: 401,
  headers: { 'x-ms-error-code': '401002' },
  body: {
    errorCode: 401002,
    message: 'Unauthorized',
    trackingId: expect.any(String),
    timestampUtc: expect.any(String),
  },
};

describe('a bearer token', () => {
  it.each([AUDIENCE, `${AUDIENCE}/`])('for %s is accepted', async (audience) => {
    expect((await call('GET', '/enrollments/x', { authorization: bearer(audience) })).status).toBe(404);
  });

  it.each([
    ['for another service', () => bearer('https://management.azure.com')],
    ['that is expired', () => bearer(AUDIENCE, 0)],
    ['that is none', () => 'Bearer x'],
    ['that is empty', () => ''],
  ])('%s is not', async (_, authorization) => {
    expect(await call('GET', '/enrollments/x', { authorization: authorization() })).toMatchObject(UNAUTHORIZED);
  });
});

interface Sas {
  readonly sr?: string;
  readonly key?: string;
  readonly se?: number | string;
  readonly skn?: string;
}

function sas({ sr = encodeURIComponent(host), key, se = IN_AN_HOUR, skn }: Sas = {}): string {
  const owner = emulator.provisioningServices.get('dps-a')?.policies[0];
  const sig = createHmac('sha256', Buffer.from(key ?? owner?.primaryKey ?? '', 'base64')).update(`${sr}\n${se}`);
  const name = encodeURIComponent(skn ?? owner?.keyName ?? '');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig.digest('base64'))}&se=${se}&skn=${name}`;
}

describe('a SAS token', () => {
  it.each<[string, () => Sas]>([
    ['for the host with its port, as az makes it', () => ({})],
    ['for the host without its port, as the SDK for JavaScript makes it', () => ({ sr: 'localhost' })],
    ['for the host in capitals, unescaped', () => ({ sr: host.toUpperCase() })],
    [
      'by the secondary key',
      () => ({ key: emulator.provisioningServices.get('dps-a')?.policies[0]?.secondaryKey ?? '' }),
    ],
  ])('%s is accepted', async (_, options) => {
    expect((await call('GET', '/enrollments/x', { authorization: sas(options()) })).status).toBe(404);
  });

  it.each<[string, () => string]>([
    ['for another host', () => sas({ sr: 'dps-b.azure-devices-provisioning.net' })],
    ['for another port', () => sas({ sr: 'localhost%3A1' })],
    ['of another escaping than was signed', () => sas().replace('%3A', '%3a')],
    ['that is expired', () => sas({ se: Math.floor(Date.now() / 1000) - 1 })],
    ['that expires never', () => sas({ se: 'never' })],
    ['by another key', () => sas({ key: 'c2VjcmV0' })],
    ['by another policy', () => sas({ skn: 'reader' })],
    ['without a signature', () => sas().replace(/&sig=[^&]*/, '')],
    ['with a broken signature', () => sas().replace(/&sig=[^&]*/, '&sig=%')],
    ['with nothing', () => 'SharedAccessSignature '],
  ])('%s is not', async (_, authorization) => {
    expect(await call('GET', '/enrollments/x', { authorization: authorization() })).toMatchObject(UNAUTHORIZED);
  });

  it.each([
    ['EnrollmentRead', [404, 200, 401, 401, 401, 401, 401]],
    ['EnrollmentWrite', [404, 200, 404, 200, 204, 404, 404]],
    ['ServiceConfig, DeviceConnect', [404, 200, 404, 200, 204, 404, 404]],
    ['RegistrationStatusRead', [401, 401, 401, 401, 401, 404, 401]],
    ['RegistrationStatusWrite', [401, 401, 401, 401, 401, 404, 404]],
    ['DeviceConnect', [401, 401, 401, 401, 401, 401, 401]],
  ])('may do what the rights of its policy say: %s', async (rights, expected) => {
    const service = emulator.provisioningServices.get('dps-a');
    const policy: SharedAccessPolicy = { keyName: 'p', primaryKey: 'a2V5', secondaryKey: 'a2V5', rights };
    const policies = service?.policies as SharedAccessPolicy[];
    policies.push(policy);
    const authorization = sas({ skn: 'p', key: 'a2V5' });
    const operations = [
      ['GET', '/enrollments/x'],
      ['POST', '/enrollments/query'],
      ['POST', '/enrollments/x/attestationmechanism'],
      ['PUT', '/enrollments/y', SYMMETRIC],
      ['DELETE', '/enrollments/y'],
      ['GET', '/registrations/x'],
      ['DELETE', '/registrations/x'],
    ] as const;
    const statuses: number[] = [];
    for (const [method, path, body] of operations) {
      statuses.push((await call(method, path, { authorization, body })).status);
    }
    policies.splice(policies.indexOf(policy), 1);
    expect(statuses).toStrictEqual(expected);
  });
});

it('keeps numbers as they were written, on their way in and out', async () => {
  const twin = '"initialTwin":{"big":123456789012345678901234567890,"one":1.0}';
  await call('PUT', '/enrollments/d', { body: `{"attestation":{"type":"symmetricKey"},${twin}}` });
  expect(emulator.provisioningServices.get('dps-a')?.enrollments.individual.get('d')?.content.text).toContain(twin);
});

it('pages by headers, in lower-case paths with a slash at the end, and deletes with 204 and no body', async () => {
  for (const id of ['a', 'b', 'c'])
    expect((await call('PUT', `/enrollmentgroups/${id}/`, { body: SYMMETRIC })).status).toBe(200);
  const headers = { 'x-ms-max-item-count': '2' };
  const first = await call('POST', '/ENROLLMENTGROUPS/QUERY', { body: { query: '*' }, headers });
  const next = String(first.headers['x-ms-continuation']);
  const second = await call('POST', '/enrollmentGroups/query', { headers: { ...headers, 'x-ms-continuation': next } });
  expect(second).toMatchObject({ status: 200, body: [{ enrollmentGroupId: 'c' }] });
  expect(second.headers).not.toHaveProperty('x-ms-continuation');
  const deleted = await call('DELETE', '/enrollmentgroups/c');
  expect(deleted).toMatchObject({ status: 204, body: undefined });
  expect(deleted.headers).not.toHaveProperty('content-length');
});

it('answers injected failures in its own form', async () => {
  emulator.setFaults([{ service: 'enrollments', effect: { status: 429, retryAfter: 1 } }]);
  expect(await call('GET', '/enrollments/x')).toMatchObject({
    status: 429,
    headers: { 'retry-after': '1', 'x-ms-error-code': '429001' },
    body: { errorCode: 429001 },
  });
});

it('leaves bodies out of the request log, since they hold keys', async () => {
  emulator.clearRequests();
  const webhookUrl = 'https://x.example/api?code=hush';
  await call('PUT', '/enrollments/d', { body: { ...SYMMETRIC, customAllocationDefinition: { webhookUrl } } });
  expect(emulator.requests()).toMatchObject([
    { service: 'enrollments', instance: 'dps-a', path: '/enrollments/d', status: 200 },
  ]);
  expect(JSON.stringify(emulator.requests())).not.toContain('hush');
});

it('tells at the control address what must not have been done, and by which request', async () => {
  await call('PUT', '/enrollmentGroups/g', { body: trusting('ca-1') });
  expect(emulator.violations()).toStrictEqual([]);
  const { resourceManager, provisioningServices, control } = emulator.description;
  const url = `${resourceManager}${provisioningServices[0]?.resourceId}/certificates/ca-1?api-version=2026-08-31`;
  const authorization = bearer('https://management.azure.com');
  const { etag } = (await callHttps(url, { headers: { authorization }, ca })).body as { etag: string };
  await callHttps(url, { method: 'DELETE', headers: { authorization, 'if-match': etag }, ca });
  const answer = await fetch(`${control}/violations`);
  expect(await answer.json()).toStrictEqual(JSON.parse(JSON.stringify(emulator.violations())));
  expect(emulator.violations()).toMatchObject([
    { invariant: 1, enrollments: ['group/g'] },
    { invariant: 2, request: { method: 'DELETE', path: expect.stringMatching(/\/certificates\/ca-1$/) } },
  ]);
});
