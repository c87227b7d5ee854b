import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import type { ProvisioningService } from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { createTls } from '../../../../local/emulator/tls.ts';
import { callHttps, type HttpsAnswer } from '../call-https.ts';
import { pem, plantEntry, trusting } from '../enrollments/build-data-plane.ts';
import { buildCertificate, type Identity, NOW, sasToken } from './build-devices.ts';

const GROUP_KEY = Buffer.alloc(64, 3).toString('base64');

let emulator: Emulator;
let dps: ProvisioningService;
let ca: string;
let root: Identity;
let intermediate: Identity;
let leaf: Identity;

beforeAll(async () => {
  const hubs = [{ name: 'hub-a' }, { name: 'hub-b' }];
  const symmetricKey = { primaryKey: GROUP_KEY, secondaryKey: GROUP_KEY };
  emulator = await startEmulator({
    now: () => NOW,
    clockFactor: 100,
    seed: {
      version: 1,
      vaults: [],
      provisioningServices: [
        { name: 'dps-1', hubs },
        { name: 'dps-2', hubs, enrollmentGroups: [{ id: 'keys', symmetricKey }] },
      ],
    },
  });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
  root = await buildCertificate({ subject: 'CN=Root' });
  intermediate = await buildCertificate({ subject: 'CN=Intermediate', issuer: root });
  leaf = await buildCertificate({ subject: 'CN=dev-1', issuer: intermediate, ca: false });
  dps = named('dps-1');
  plantEntry(dps, 'ca', root);
});
afterAll(() => emulator.close());

beforeEach(() => {
  enroll({});
  emulator.clearRequests();
});

function named(name: string): ProvisioningService {
  const service = emulator.provisioningServices.get(name);
  if (!service) throw new Error(`There is no '${name}'`);
  return service;
}

function enroll(record: object): void {
  plantEnrollment(dps, 'group', 'g', { ...trusting('ca'), ...record }, { at: NOW, random: (n) => new Uint8Array(n) });
}

/** A device's connections: none is used twice, so that each request has its own handshake. */
function agentOf(key: Identity['key'], ...chain: Identity[]): Agent {
  const cert = chain.map(({ certificate }) => pem(certificate)).join('');
  return new Agent({ keepAlive: false, key: key.export({ type: 'pkcs8', format: 'pem' }), cert });
}

function call(method: string, path: string, agent: Agent, body?: object): Promise<HttpsAnswer> {
  const url = `https://${dps.deviceProvisioningHostName}/${dps.idScope}${path}?api-version=2019-03-31`;
  return callHttps(url, { method, ca, agent, ...(body && { body }) });
}

async function register(id: string, agent: Agent): Promise<HttpsAnswer> {
  const begun = await call('PUT', `/registrations/${id}/register`, agent, { registrationId: id });
  const { operationId } = begun.body as { operationId?: string };
  if (operationId === undefined) return begun;
  for (let polls = 0; polls < 200; polls++) {
    const answer = await call('GET', `/registrations/${id}/operations/${operationId}`, agent);
    if (answer.status !== 202) return answer;
  }
  throw new Error(`The registration of '${id}' does not end`);
}

it('a device registers over TLS with its certificate and those above it', async () => {
  const answer = await register('dev-1', agentOf(leaf.key, leaf, intermediate));
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'assigned', registrationState: { x509: { enrollmentGroupId: 'g' }, deviceId: 'dev-1' } },
  });
  const hubs = ['hub-a', 'hub-b'].flatMap((hub) => emulator.devices(`${hub}.azure-devices.net`));
  expect(hubs).toMatchObject([{ deviceId: 'dev-1', authentication: { type: 'selfSigned' } }]);
  expect(emulator.requests()).toMatchObject([
    { service: 'devices', instance: 'devices', method: 'PUT', status: 202 },
    { service: 'devices', method: 'GET', status: 200 },
  ]);
});

it('every handshake tells the certificates anew, whether or not a client would resume its session', async () => {
  // An Agent of Node keeps sessions and resumes them by itself.
  const agent = agentOf(leaf.key, leaf, intermediate);
  for (let time = 0; time < 3; time++) expect(await register('dev-1', agent)).toMatchObject({ status: 200 });
});

it('a device that sends its own certificate alone is told what is missing', async () => {
  expect(await register('dev-1', agentOf(leaf.key, leaf))).toMatchObject({
    status: 401,
    body: { errorCode: 401002, message: 'CA certificate not found.' },
  });
});

it('a device without a certificate gets as far as the answer', async () => {
  expect(await register('dev-1', new Agent())).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
});

it('one address serves all DPS, with symmetric keys too', async () => {
  const other = named('dps-2');
  expect(other.deviceProvisioningHostName).toBe(dps.deviceProvisioningHostName);
  expect(other.deviceProvisioningHostName).not.toBe(other.serviceOperationsHostName);
  expect(emulator.description.provisioningServices.map((each) => each.deviceProvisioningHostName)).toStrictEqual(
    Array(2).fill(dps.deviceProvisioningHostName),
  );
  const key = createHmac('sha256', Buffer.from(GROUP_KEY, 'base64')).update('dev-9').digest('base64');
  const expires = new Date(Date.now() + 3_600_000);
  const answer = await callHttps(
    `https://${other.deviceProvisioningHostName}/${other.idScope}/registrations/dev-9/register?api-version=2019-03-31`,
    {
      method: 'PUT',
      ca,
      headers: { authorization: sasToken(other, 'dev-9', key, { expires }) },
      body: { registrationId: 'dev-9' },
    },
  );
  expect(answer).toMatchObject({ status: 202, headers: { 'retry-after': '0' } });
  expect(other.registrations.get('dev-9')).toMatchObject({ enrollmentGroupId: 'keys' });
});

it.each(['http', 'https'] as const)('a webhook on this machine is called over %s', async (scheme) => {
  const seen: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
  const tls = await createTls(new Date());
  const server = (scheme === 'http' ? createServer() : createHttpsServer(tls)).on('request', (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      seen.push({ url: request.url, authorization: request.headers.authorization, body });
      // The first answer is one that DPS tries again after.
      response.statusCode = seen.length === 1 ? 503 : 200;
      response.end(JSON.stringify({ iotHubHostName: 'hub-b.azure-devices.net' }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const webhookUrl = `${scheme}://127.0.0.1:${port}/api/allocate?code=s%2Fecret`;
  enroll({ allocationPolicy: 'custom', customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01' } });
  emulator.setClockFactor(1_000_000);
  expect(await register('dev-1', agentOf(leaf.key, leaf, intermediate))).toMatchObject({
    body: { registrationState: { assignedHub: 'hub-b.azure-devices.net' } },
  });
  expect(seen).toHaveLength(2);
  expect(seen[1]).toMatchObject({ url: '/api/allocate?code=s%2Fecret', authorization: undefined });
  expect(JSON.parse(seen[1]?.body ?? '')).toMatchObject({
    deviceRuntimeContext: { registrationId: 'dev-1', x509: {} },
  });
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

it('a webhook that nobody serves fails the device after all retries', async () => {
  // Port 9 of loopback: discard, which no machine serves any more.
  const webhookUrl = 'http://127.0.0.1:9/';
  enroll({ allocationPolicy: 'custom', customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01' } });
  emulator.setClockFactor(1_000_000);
  expect(await register('dev-1', agentOf(leaf.key, leaf, intermediate))).toMatchObject({
    status: 200,
    body: { status: 'failed', registrationState: { errorCode: 400207 } },
  });
});

it('faults befall the device API under its name', async () => {
  emulator.setFaults([{ service: 'devices', path: '/register$', effect: { status: 429, retryAfter: 1 } }]);
  const agent = agentOf(leaf.key, leaf, intermediate);
  expect(await register('dev-1', agent)).toMatchObject({ status: 429, body: { errorCode: 429001 } });
  expect(await register('dev-1', agent)).toMatchObject({ status: 200 });
});

it('PUT /clock says how fast the clock goes', async () => {
  const put = (body: object) =>
    fetch(`${emulator.description.control}/clock`, { method: 'PUT', body: JSON.stringify(body) });
  const retryAfter = async () => {
    const body = { registrationId: 'dev-1' };
    const agent = agentOf(leaf.key, leaf, intermediate);
    return (await call('PUT', '/registrations/dev-1/register', agent, body)).headers['retry-after'];
  };
  expect((await put({ factor: 1 })).status).toBe(204);
  expect(await retryAfter()).toBe('3');
  expect((await put({ factor: 3 })).status).toBe(204);
  expect(await retryAfter()).toBe('1');
  for (const body of [{ factor: 0 }, { factor: -1 }, { factor: '2' }, {}, { factor: 1, seed: 2 }]) {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [expect.stringContaining('"factor"')] });
  }
  expect(await retryAfter()).toBe('1');
});
