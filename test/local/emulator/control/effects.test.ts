import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../../../local/emulator/control/faults.ts';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { createTokens } from '../../../../local/emulator/tokens.ts';
import { callHttps } from '../call-https.ts';

// What befalls a request, as a client on the wire sees it.

let emulator: Emulator;
let ca: string;

beforeAll(async () => {
  emulator = await startEmulator({
    seed: {
      version: 1,
      vaults: [
        {
          name: 'kv-one',
          certificates: [{ name: 'ca', subject: 'CN=CA', key: 'P-256', notBefore: '-P1D', notAfter: 'P1Y' }],
        },
        { name: 'kv-two' },
      ],
      provisioningServices: [{ name: 'dps-one' }],
    },
  });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
});
afterAll(() => emulator?.close());
beforeEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

const CERTIFICATES = '/certificates?api-version=7.4';
const CERTIFICATE = '/certificates/ca/?api-version=7.4';

function vault(path: string, { name = 'kv-one', method = 'GET', body }: VaultCall = {}) {
  return callHttps(`${urlOf(name)}${path}`, { ca, headers: token('https://vault.azure.net'), method, body });
}

interface VaultCall {
  readonly name?: string;
  readonly method?: string;
  readonly body?: unknown;
}

function urlOf(name: string): string {
  return emulator.description.keyVaults.find((each) => each.name === name)?.url ?? '';
}

function token(audience: string): { authorization: string } {
  const request = { audience, issuer: 'x', tenantId: 't', clientId: 'c', lifetimeSeconds: 60 };
  return { authorization: `Bearer ${createTokens(() => new Date()).issue(request).token}` };
}

/** Over the control address, as a test in any language sets it. */
async function befall(effect: FaultEffect, more: object = {}): Promise<number> {
  const body = JSON.stringify([{ service: 'keyVault', effect, ...more }]);
  return (await fetch(`${emulator.description.control}/faults`, { method: 'PUT', body })).status;
}

/** An answer as it comes, as far as it comes. */
interface RawAnswer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly announced: number;
  readonly text: string;
  /** Of the error in which it ended. */
  readonly code: string | undefined;
}

function rawAnswer(path: string, method = 'GET', body?: unknown): Promise<RawAnswer> {
  const options = { ca, headers: token('https://vault.azure.net'), agent: false, method };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${urlOf('kv-one')}${path}`, options, (incoming) => {
      const { statusCode: status, headers } = incoming;
      const began = { status, type: headers['content-type'], announced: Number(headers['content-length']) };
      let text = '';
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      incoming.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ ...began, text, code }));
      incoming.on('end', () => resolve({ ...began, text, code: undefined }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('a truncated answer', () => {
  it('announces all of its body and breaks off in the middle; the request was carried out and is logged', async () => {
    const whole = JSON.stringify((await vault(CERTIFICATES)).body);
    emulator.clearRequests();
    expect(await befall({ truncate: true })).toBe(204);
    const { announced, text, code } = await rawAnswer(CERTIFICATES);
    expect({ announced, code }).toEqual({ announced: whole.length, code: 'ECONNRESET' });
    expect(text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    expect(emulator.requests()).toMatchObject([{ status: 200 }]);
    expect((await vault(CERTIFICATES)).status).toBe(200);
  });

  it('that has no body is not begun', async () => {
    const { resourceManager, provisioningServices } = emulator.description;
    emulator.setFaults([{ service: 'resourceManager', effect: { truncate: true } }]);
    const url = `${resourceManager}${provisioningServices[0]?.resourceId}/certificates/none?api-version=2026-08-31`;
    const headers = { ...token('https://management.azure.com'), 'if-match': 'x' };
    await expect(callHttps(url, { ca, method: 'DELETE', headers })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(emulator.requests()).toMatchObject([{ method: 'DELETE', status: 0 }]);
  });
});

describe('a page in the stead of an answer', () => {
  it.each([
    [{ contentType: 'text/html' }, 200],
    [{ contentType: 'text/html', status: 502 }, 502],
  ])('%j comes with its type, and nothing is carried out', async (effect, status) => {
    await befall(effect);
    const disabled = { attributes: { enabled: false } };
    const answer = await rawAnswer('/certificates/ca?api-version=7.4', 'PATCH', disabled);
    expect(answer).toMatchObject({ status, type: effect.contentType, code: undefined });
    expect(answer.text).toMatch(/^<!DOCTYPE html>/);
    expect(answer.announced).toBe(answer.text.length);
    expect(emulator.requests()).toMatchObject([{ method: 'PATCH', status }]);
    expect((await vault(CERTIFICATE)).body).toMatchObject({ attributes: { enabled: true } });
  });
});

describe('a token that has expired', () => {
  it('gets the 401 of its service with the challenge, once', async () => {
    await befall({ expireToken: true });
    const refused = await vault(CERTIFICATES);
    expect(refused).toMatchObject({ status: 401, body: { error: { code: 'Unauthorized' } } });
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer authorization="https:/);
    expect((await vault(CERTIFICATES)).status).toBe(200);
  });
});

describe('a stale read', () => {
  const tag = (value: string) =>
    vault('/certificates/ca?api-version=7.4', { method: 'PATCH', body: { tags: { value } } });
  const tagged = async () => ((await vault(CERTIFICATE)).body as { tags?: { value?: string } }).tags?.value;

  it('answers as the same read was answered before the last write, and then as it is', async () => {
    await tag('first');
    await befall({ stale: true }, { skip: 2, method: 'GET' });
    expect(await tagged()).toBe('first');
    await tag('second');
    expect(await tagged()).toBe('second');
    await tag('third');
    expect([await tagged(), await tagged()]).toEqual(['second', 'third']);
  });

  it('answers as it is where nobody has asked before, or nothing has been written since', async () => {
    await tag('first');
    await befall({ stale: true }, { times: 9, method: 'GET' });
    expect(await tagged()).toBe('first');
    expect(await tagged()).toBe('first');
  });

  it('is not made stale by a write to another vault, nor by a signature', async () => {
    await tag('first');
    await befall({ stale: true }, { times: 9, method: 'GET', path: '/pending' });
    const before = await tagged();
    const digest = Buffer.alloc(32).toString('base64url');
    await vault('/keys/ca//sign?api-version=7.4', { method: 'POST', body: { alg: 'ES256', value: digest } });
    await vault('/certificates/other/create?api-version=7.4', {
      name: 'kv-two',
      method: 'POST',
      body: { policy: { issuer: { name: 'Unknown' }, x509_props: { subject: 'CN=Other' } } },
    });
    expect(await tagged()).toBe(before);
  });

  it('that writes is carried out', async () => {
    await befall({ stale: true });
    await tag('written');
    expect(await tagged()).toBe('written');
  });
});

describe('a fault', () => {
  it('for one vault leaves another alone', async () => {
    await befall({ status: 500 }, { instance: 'KV-TWO', times: 9 });
    expect((await vault(CERTIFICATES)).status).toBe(200);
    expect((await vault(CERTIFICATES, { name: 'kv-two' })).status).toBe(500);
  });

  it('may be decided by somebody in the same process, request by request, until faults are set', async () => {
    const seen: string[] = [];
    emulator.interfere(({ service, instance, method, path }) => {
      seen.push(`${service} ${instance} ${method} ${path}`);
      return seen.length === 2 ? { status: 503 } : undefined;
    });
    expect([(await vault(CERTIFICATES)).status, (await vault(CERTIFICATES)).status]).toEqual([200, 503]);
    expect(seen).toEqual(['keyVault kv-one GET /certificates', 'keyVault kv-one GET /certificates']);
    emulator.clearFaults();
    await vault(CERTIFICATES);
    expect(seen).toHaveLength(2);
  });
});
