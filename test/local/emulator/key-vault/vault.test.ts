import { describe, expect, it } from 'vitest';
import type { ServiceRequest } from '../../../../local/emulator/service.ts';
import {
  NOW,
  newKey,
  newVault,
  ORIGIN,
  plantRoot,
  rootFor,
  send,
  toAnswer,
} from '../../../support/key-vault-builders.ts';

const request = (method: string, path: string, rest: Partial<ServiceRequest> = {}): ServiceRequest => ({
  method,
  url: new URL(`${ORIGIN}${path}`),
  headers: {},
  body: undefined,
  ...rest,
});

describe('a vault as a service', () => {
  it('challenges with the authority of the moment and its resource', () => {
    let port = 1;
    const vault = newVault({ authority: () => `https://127.0.0.1:${port}/tenant` });
    port = 2;
    const { status, headers, body } = vault.unauthorized(request('POST', '/certificates/ca/create'));
    expect(status).toBe(401);
    expect(headers?.['WWW-Authenticate']).toBe(
      'Bearer authorization="https://127.0.0.1:2/tenant", resource="https://vault.azure.net"',
    );
    expect(body).toEqual({
      error: { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' },
    });
  });

  it('tells a token that it does not accept from none at all', () => {
    const headers = { authorization: 'Bearer a.b.c' };
    const { status, body } = newVault().unauthorized(request('GET', '/certificates', { headers }));
    expect({ status, body }).toEqual({
      status: 401,
      body: { error: { code: 'Unauthorized', message: expect.stringContaining('another audience') } },
    });
    expect(body).toMatchObject({ error: { message: expect.stringContaining("'https://vault.azure.net'") } });
  });

  it('accepts tokens for the resource that it names', () => {
    const { service, instance, audiences } = newVault({ resource: 'https://vault.example' });
    expect({ service, instance, audiences }).toEqual({
      service: 'keyVault',
      instance: 'fleet',
      audiences: ['https://vault.example'],
    });
  });

  it.each([
    [400, 'BadParameter'],
    [429, 'Throttled'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
  ])('puts a failure %s into its own form', (status, code) => {
    expect(newVault().failure(status, 'injected', request('GET', '/certificates'))).toMatchObject({
      status,
      body: { error: { code, message: 'injected' } },
    });
  });

  it('reads api-version with its name percent-encoded, and demands it', async () => {
    const vault = newVault();
    const encoded = await toAnswer(vault.handle(request('GET', '/certificates?api%2Dversion=2025-07-01')));
    expect(encoded.status).toBe(200);
    const missing = await toAnswer(vault.handle(request('GET', '/certificates')));
    expect([missing.status, missing.body.error.code]).toEqual([400, 'BadParameter']);
  });

  it.each(['7.1', '7.4-preview.1', '7.6', '2025-07-01', '2026-04-01-preview'])(
    'knows the api-version %s',
    async (v) => {
      expect((await toAnswer(newVault().handle(request('GET', `/certificates?api-version=${v}`)))).status).toBe(200);
    },
  );

  it.each(['banana', '7.99', '', '2025'])('does not know the api-version %j', async (v) => {
    const { status, body } = await toAnswer(newVault().handle(request('GET', `/certificates?api-version=${v}`)));
    expect([status, body.error.code]).toEqual([400, 'BadParameter']);
  });

  it('takes names and versions percent-encoded', async () => {
    const vault = newVault();
    const { version } = await plantRoot(vault, 'fleet-ca');
    const encoded = version.replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`);
    for (const path of ['/certificates/fleet%2Dca/', `/certificates/fleet-ca/${encoded}`, '/keys/%66leet-ca/']) {
      expect((await send(vault, 'GET', path)).status).toBe(200);
    }
    for (const path of ['/certificates/fleet%2/', '/certificates/%E0%A4%A/']) {
      expect((await send(vault, 'GET', path)).status).toBe(404);
    }
  });

  it('sends the headers of the service on answers and refusals, and echoes the client request id', async () => {
    const vault = newVault();
    for (const path of ['/certificates?api-version=7.4', '/certificates/nobody/?api-version=7.4']) {
      const { headers } = await toAnswer(
        vault.handle(request('GET', path, { headers: { 'x-ms-client-request-id': 'abc' } })),
      );
      expect(headers).toMatchObject({
        'x-ms-client-request-id': 'abc',
        'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-ms-keyvault-region': expect.any(String),
        'x-ms-keyvault-service-version': expect.any(String),
        'Cache-Control': 'no-cache',
        'Strict-Transport-Security': expect.any(String),
      });
    }
  });

  it('builds ids from the address that the client used', async () => {
    const vault = newVault();
    const key = newKey();
    vault.plant({ name: 'ca', privateKey: key, certificate: await rootFor(key) });
    const url = new URL('https://localhost:9999/certificates/ca?api-version=7.4');
    expect((await toAnswer(vault.handle(request('GET', '/', { url })))).body.id).toMatch(/^https:\/\/localhost:9999\//);
  });

  it.each(['/secrets', '/secrets/ca', '/secrets/ca/', '/Secrets/ca/0123', '/deletedsecrets'])(
    'gives nothing away under %s',
    async (path) => {
      const vault = newVault();
      const key = newKey();
      vault.plant({ name: 'ca', privateKey: key, certificate: await rootFor(key), exportable: true });
      const { status, body } = await send(vault, 'GET', path);
      expect([status, body.error.code]).toEqual([403, 'Forbidden']);
    },
  );

  it.each([
    ['PUT', '/certificates/ca', 405, 'MethodNotAllowed'],
    ['GET', '/storage', 404, 'NotFound'],
    ['POST', '/keys/ca/0123/decrypt', 404, 'NotFound'],
  ])('answers %s %s with %s', async (method, path, status, code) => {
    const answer = await send(newVault(), method, path, {});
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });
});

describe('planting', () => {
  it('adds versions, the last one being the latest, with policy, times and tags', async () => {
    const vault = newVault();
    const [first, second] = [newKey(), newKey({ kty: 'EC', crv: 'P-384' })];
    const createdOn = new Date('2025-03-01T00:00:00Z');
    const a = vault.plant({
      name: 'ca',
      privateKey: first,
      certificate: await rootFor(first),
      createdOn,
      enabled: false,
    });
    const certificate = await rootFor(second);
    const b = vault.plant({ name: 'ca', privateKey: second, certificate, tags: { dps: '*' }, reuseKey: true });
    expect(vault.certificates()).toEqual(
      new Map([
        [
          'ca',
          [
            { version: a.version, der: expect.any(Uint8Array), enabled: false, createdOn, tags: {} },
            { version: b.version, der: certificate, enabled: true, createdOn: NOW, tags: { dps: '*' } },
          ],
        ],
      ]),
    );
    expect(vault.privateKeyOf('CA', a.version)).toBe(first);
    const { body } = await send(vault, 'GET', '/certificates/ca/');
    expect(body).toMatchObject({
      attributes: { created: NOW.getTime() / 1000 },
      tags: { dps: '*' },
      policy: {
        key_props: { exportable: false, kty: 'EC', crv: 'P-384', reuse_key: true },
        issuer: { name: 'Unknown' },
      },
    });
    const old = (await send(vault, 'GET', `/certificates/ca/${a.version}`)).body;
    expect(old.attributes).toMatchObject({ created: createdOn.getTime() / 1000, enabled: false });
  });

  it('refuses a certificate for another key', async () => {
    const vault = newVault();
    const certificate = await rootFor(newKey());
    expect(() => vault.plant({ name: 'ca', privateKey: newKey(), certificate })).toThrow("Cannot plant 'ca'");
  });

  it('says so when a test asks for a key that is not there', () => {
    expect(() => newVault().privateKeyOf('nobody')).toThrow("Cannot find the key 'nobody/latest'");
  });
});
