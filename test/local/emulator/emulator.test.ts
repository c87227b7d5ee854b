import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/emulator/control/faults.ts';
import { EMPTY_SEED } from '../../../local/emulator/default-seed.ts';
import { type Emulator, startEmulator } from '../../../local/emulator/emulator.ts';
import { createTokens } from '../../../local/emulator/tokens.ts';
import { accepted } from '../../support/accepted-calls.ts';
import { addressesBeyondLocalhost, isListening } from '../../support/listening.ts';
import { callHttps, type HttpsCall } from './call-https.ts';
import { portsOf } from './ports-of.ts';

const ARM = 'https://management.azure.com';
const VAULT = 'https://vault.azure.net';

let emulator: Emulator;
let ca: string;
const logged: string[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ log: (text) => logged.push(text) });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
});

afterAll(async () => {
  await emulator.close();
});

beforeEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
  emulator.setLatency(0);
});

function authorization(audience: string): { authorization: string } {
  const request = { audience, issuer: 'x', tenantId: 't', clientId: 'c', lifetimeSeconds: 60 };
  return { authorization: `Bearer ${createTokens(() => new Date()).issue(request).token}` };
}

function certificatesUrl(name = ''): string {
  const { resourceManager, provisioningServices } = emulator.description;
  return `${resourceManager}${provisioningServices[0]?.resourceId}/certificates${name && `/${name}`}?api-version=2026-08-31`;
}

function callArm(url: string, call: Partial<HttpsCall> = {}) {
  return callHttps(url, { ...call, headers: { ...authorization(ARM), ...call.headers }, ca });
}

function entryNames(): string[] {
  return (
    emulator.provisioningServices
      .list()[0]
      ?.certificates.list()
      .map(({ name }) => name) ?? []
  );
}

describe('the demo fleet', () => {
  it('is described by exactly the published keys', () => {
    const localhost = expect.stringMatching(/^https:\/\/localhost:\d+$/);
    const host = expect.stringMatching(/^localhost:\d+$/);
    expect(emulator.description).toStrictEqual({
      caCertificate: expect.stringMatching(/ca\.pem$/),
      resourceManager: localhost,
      authority: expect.stringMatching(/^https:\/\/localhost:\d+\/adfs$/),
      subscriptionId: expect.any(String),
      tenantId: expect.any(String),
      resourceGroup: expect.any(String),
      keyVaults: [
        { name: 'kv-root', url: localhost },
        { name: 'kv-fleet', url: localhost },
      ],
      provisioningServices: [
        {
          name: 'dps-fleet',
          resourceId: expect.stringMatching(/\/providers\/Microsoft\.Devices\/provisioningServices\/dps-fleet$/),
          serviceOperationsHostName: host,
          deviceProvisioningHostName: host,
          idScope: expect.stringMatching(/^0ne[0-9A-F]{8}$/),
          sharedAccessKeyName: 'provisioningserviceowner',
          sharedAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/),
        },
      ],
      identity: { endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//), header: expect.any(String) },
      applicationInsights: {
        connectionString: expect.stringMatching(
          /^InstrumentationKey=[\da-f-]{36};IngestionEndpoint=https:\/\/localhost:\d+\/$/,
        ),
      },
      control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it('has its certificates in vaults and DPS', async () => {
    const { body } = await callArm(certificatesUrl());
    const days = (resource: { properties: { expiry: string } }) =>
      Math.round((Date.parse(resource.properties.expiry) - Date.now()) / 86_400_000);
    const entries = (body as { value: { name: string; properties: { expiry: string; isVerified: boolean } }[] }).value;
    expect(entries.map((entry) => [entry.name, entry.properties.isVerified, days(entry)])).toStrictEqual([
      ['PlantA', true, 60],
      ['PlantB-2nd-attempt', true, 720],
      ['legacy-partner-ca', true, 200],
    ]);
    expect([...emulator.vaults].map(([name, vault]) => [name, [...vault.certificates().keys()]])).toStrictEqual([
      ['kv-root', ['fleet-root']],
      ['kv-fleet', ['plant-a-ca', 'plant-b-ca']],
    ]);
  });
});

describe('a token', () => {
  const services = (): [string, string][] => {
    const { resourceManager, keyVaults } = emulator.description;
    return [
      [`${resourceManager}/subscriptions?api-version=2022-12-01`, ARM],
      ...keyVaults.map(({ url }): [string, string] => [`${url}/certificates?api-version=2025-07-01`, VAULT]),
    ];
  };

  it('is accepted by each service for its own audience and refused for any other, or none', async () => {
    for (const [url, audience] of services()) {
      const stranger = audience === ARM ? VAULT : ARM;
      expect((await callHttps(url, { headers: authorization(audience), ca })).status).toBe(200);
      for (const headers of [authorization(stranger), authorization(`${audience}x`), {}]) {
        const answer = await callHttps(url, { headers, ca });
        expect(answer.status).toBe(401);
        expect(answer.headers['www-authenticate']).toContain(`/${emulator.description.tenantId}"`);
      }
    }
  });

  it("is not needed to read the cloud's endpoints, which az does before anybody has logged in", async () => {
    const { resourceManager, authority } = emulator.description;
    emulator.setFaults([{ service: 'resourceManager', effect: { status: 500 } }]);
    const answer = await callHttps(`${resourceManager}/metadata/endpoints?api-version=2015-01-01`, { ca });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      authentication: { loginEndpoint: authority, audiences: [resourceManager] },
    });
    expect(accepted(emulator.requests())).toStrictEqual([]);
  });

  it.each(['localhost', '127.0.0.1'])("is accepted for the resource manager's own address on %s", async (host) => {
    const own = emulator.description.resourceManager.replace('localhost', host);
    for (const audience of [own, `${own}/`]) {
      const answer = await callHttps(`${own}/subscriptions?api-version=2022-12-01`, {
        headers: authorization(audience),
        ca,
      });
      expect(answer.status).toBe(200);
    }
  });
});

describe('a clock that is moved', () => {
  it('dates certificates, entries and the request log, but leaves tokens and TLS to the clock of the clients', async () => {
    const then = new Date('2040-02-03T04:05:06Z');
    const moved = await startEmulator({ now: () => then });
    try {
      const { resourceManager, provisioningServices, caCertificate } = moved.description;
      const url = `${resourceManager}${provisioningServices[0]?.resourceId}/certificates/PlantA?api-version=2026-08-31`;
      const trusted = readFileSync(caCertificate, 'utf8');
      const { status, body } = await callHttps(url, { headers: authorization(ARM), ca: trusted });
      expect(status).toBe(200);
      // 60 days after the 3rd of February of a leap year.
      expect(body).toMatchObject({ properties: { expiry: 'Tue, 03 Apr 2040 04:05:06 GMT' } });
      expect(moved.requests()).toMatchObject([{ at: '2040-02-03T04:05:06.000Z' }]);
    } finally {
      await moved.close();
    }
  });
});

describe('the server', () => {
  it.each(addressesBeyondLocalhost())('is on 127.0.0.1 and not on %s', async (address) => {
    const ports = portsOf(emulator.description);
    expect(await Promise.all(ports.map((port) => isListening(port)))).toStrictEqual(ports.map(() => true));
    expect(await Promise.all(ports.map((port) => isListening(port, address)))).toStrictEqual(ports.map(() => false));
  });

  it('sends content-length 0 with an empty answer, and none with a 204', async () => {
    const etag = emulator.provisioningServices.list()[0]?.certificates.get('legacy-partner-ca')?.etag ?? '';
    const saved = emulator.provisioningServices.list()[0]?.certificates.get('legacy-partner-ca');
    const deleted = await callArm(certificatesUrl('legacy-partner-ca'), {
      method: 'DELETE',
      headers: { 'if-match': etag },
    });
    expect([deleted.status, deleted.headers['content-length'], deleted.body]).toStrictEqual([200, '0', undefined]);
    const gone = await callArm(certificatesUrl('legacy-partner-ca'), {
      method: 'DELETE',
      headers: { 'if-match': etag },
    });
    expect([gone.status, gone.headers['content-length'], gone.body]).toStrictEqual([204, undefined, undefined]);
    if (saved) emulator.provisioningServices.list()[0]?.certificates.put(saved);
  });

  it.each([
    ['that is not JSON', '{', 400],
    ['that is too large', `"${'x'.repeat(1024 * 1024)}"`, 413],
  ])('refuses a body %s in the form of the service', async (_, body, status) => {
    const answer = await callArm(certificatesUrl('x'), { method: 'PUT', body });
    expect(answer).toMatchObject({ status, body: { error: { code: expect.any(String) } } });
  });

  it('answers 401 in the form of the data plane to who has no token for enrollments', async () => {
    const host = emulator.description.provisioningServices[0]?.serviceOperationsHostName;
    const answer = await callHttps(`https://${host}/enrollmentGroups/x?api-version=2021-10-01`, { ca });
    expect(answer).toMatchObject({ status: 401, body: { errorCode: 401002 } });
    expect(Object.keys(answer.body as object)).toStrictEqual(['errorCode', 'trackingId', 'message', 'timestampUtc']);
  });
});

describe('a fault', () => {
  const put: Omit<Fault, 'effect'> = { service: 'resourceManager', method: 'PUT', path: '/certificates/' };
  const upload = (name: string) => {
    const content = emulator.provisioningServices.list()[0]?.certificates.get('PlantA')?.content;
    return callArm(certificatesUrl(name), { method: 'PUT', body: { certificate: content } });
  };

  const inFrontOfTheProvider = (code: string) => ({ error: { code, message: expect.any(String) } });
  const byTheProvider = (code: number, httpStatusCode: string) => ({
    code,
    httpStatusCode,
    message: expect.stringContaining(`errorcode: IH${code}.`),
  });
  const answers: [Fault['effect'] & { status: number }, object, string?][] = [
    [{ status: 401 }, inFrontOfTheProvider('InvalidAuthenticationToken')],
    [{ status: 403 }, inFrontOfTheProvider('AuthorizationFailed')],
    [{ status: 429, retryAfter: 7 }, inFrontOfTheProvider('SubscriptionRequestsThrottled'), '7'],
    [{ status: 503, retryAfter: 1 }, inFrontOfTheProvider('ServerUnavailable'), '1'],
    [{ status: 409 }, byTheProvider(409001, 'Conflict')],
    [{ status: 412 }, byTheProvider(412001, 'PreconditionFailed')],
    [{ status: 500 }, byTheProvider(500019, 'InternalServerError')],
  ];
  it.each(answers)(
    '%j answers as whoever gives that status would, instead of performing',
    async (effect, body, retryAfter) => {
      emulator.setFaults([{ ...put, effect }]);
      const answer = await upload('faulted');
      expect({ status: answer.status, body: answer.body }).toStrictEqual({ status: effect.status, body });
      expect(answer.headers['retry-after']).toBe(retryAfter);
      expect(entryNames()).not.toContain('faulted');
    },
  );

  it('in front of all providers is an error of the resource manager itself', async () => {
    emulator.setFaults([{ service: 'resourceManager', effect: { status: 412 } }]);
    const answer = await callArm(`${emulator.description.resourceManager}/subscriptions?api-version=2022-12-01`);
    expect(answer).toMatchObject({ status: 412, body: inFrontOfTheProvider('PreconditionFailed') });
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('that drops the connection %s: performed is %s', async (drop, performed) => {
    emulator.setFaults([{ ...put, effect: { drop } }]);
    await expect(upload(`dropped-${drop}`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(entryNames().includes(`dropped-${drop}`)).toBe(performed);
    expect(emulator.requests()).toMatchObject([{ method: 'PUT', status: 0 }]);
    expect((await upload(`after-${drop}`)).status).toBe(200);
  });

  it('leaves requests alone that have no valid token, so that skip and times count calls', async () => {
    emulator.setFaults([{ service: 'resourceManager', effect: { status: 500 } }]);
    expect((await callHttps(certificatesUrl(), { ca })).status).toBe(401);
    expect((await callArm(certificatesUrl())).status).toBe(500);
    expect((await callArm(certificatesUrl())).status).toBe(200);
  });
});

describe('the control address', () => {
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${emulator.description.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  it('lists the requests with method, path, query, status, time and body, and forgets them', async () => {
    await callArm(certificatesUrl('x'), { method: 'PUT', body: { certificate: 7 } });
    const requests = await (await control('GET', '/requests')).json();
    expect(requests).toStrictEqual([
      {
        service: 'resourceManager',
        instance: 'resource-manager',
        method: 'PUT',
        path: `${emulator.description.provisioningServices[0]?.resourceId}/certificates/x`,
        query: { 'api-version': '2026-08-31' },
        status: 500,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        body: { certificate: 7 },
      },
    ]);
    expect((await control('DELETE', '/requests')).status).toBe(204);
    expect(await (await control('GET', '/requests')).json()).toStrictEqual([]);
  });

  it('keeps secrets and large bodies out of the list', async () => {
    const [vault] = emulator.description.keyVaults;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'grant_type=client_credentials&client_id=c&client_secret=hush&scope=x/.default';
    await callHttps(`${emulator.description.authority}/oauth2/token`, { method: 'POST', headers: form, body, ca });
    await callHttps(`${vault?.url}/certificates/c/import?api-version=2025-07-01`, {
      method: 'POST',
      headers: authorization(VAULT),
      body: { value: 'hush' },
      ca,
    });
    await callArm(certificatesUrl('x'), { method: 'PUT', body: { certificate: 'x'.repeat(17_000) } });
    expect(emulator.requests().map(({ service }) => service)).toStrictEqual([
      'identity',
      'keyVault',
      'resourceManager',
    ]);
    for (const request of emulator.requests()) expect(request).not.toHaveProperty('body');
    expect(JSON.stringify(emulator.requests())).not.toContain('hush');
  });

  it('sets faults and removes them', async () => {
    const fault = { service: 'resourceManager', effect: { status: 503, retryAfter: 2 }, times: 9 };
    expect((await control('PUT', '/faults', [fault])).status).toBe(204);
    expect((await callArm(certificatesUrl())).status).toBe(503);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await callArm(certificatesUrl())).status).toBe(200);
  });

  it('refuses faulty faults with each of them named, and keeps those it has', async () => {
    emulator.setFaults([{ service: 'resourceManager', effect: { status: 500 } }]);
    const response = await control('PUT', '/faults', [{ service: 'x', effect: {} }]);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: string[] };
    expect(errors.map((error) => error.split(':')[0])).toStrictEqual(['[0].service', '[0].effect']);
    expect((await callArm(certificatesUrl())).status).toBe(500);
  });

  it.each([
    ['PUT', '/latency', { ms: -1 }, 400],
    ['PUT', '/latency', { ms: 2 ** 31 }, 400],
    ['PUT', '/faults', [{ service: 'keyVault', effect: { delayMs: 2 ** 31 } }], 400],
    ['PUT', '/faults', [], 204],
    ['PUT', '/latency', {}, 400],
    ['PUT', '/latency', '{', 400],
    ['PUT', '/faults', '', 400],
    ['GET', '/faults', undefined, 404],
    ['PUT', '/latency', { ms: 1 }, 204],
  ])('answers %s %s %j with %i', async (method, path, body, status) => {
    expect((await control(method, path, body)).status).toBe(status);
  });
});

describe('closing', () => {
  it('frees every port and removes the CA file, also with connections open and a request waiting', async () => {
    const short = await startEmulator({ seed: EMPTY_SEED });
    const { description } = short;
    const trusted = readFileSync(description.caCertificate, 'utf8');
    short.setLatency(3_600_000);
    const waiting = callHttps(`${description.resourceManager}/subscriptions`, { ca: trusted });
    // On a busy machine it may not be connected yet when everything closes.
    const refused = expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN(RESET|REFUSED)$/) });
    const idle = connect(Number(new URL(description.authority).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    await short.close();
    await refused;
    await short.close();
    expect(existsSync(description.caCertificate)).toBe(false);
    for (const port of portsOf(description)) expect(await isListening(port)).toBe(false);
  });

  it('is not needed when the start fails: the error names every fault of the seed', async () => {
    const seed = { version: 1 as const, vaults: [{ name: '1' }, { name: '2' }], provisioningServices: [] };
    await expect(startEmulator({ seed })).rejects.toThrow(/vaults\[0\]\.name.*\n.*vaults\[1\]\.name/);
  });
});

it('has logged no failure of its own', () => {
  expect(logged).toStrictEqual([]);
});
