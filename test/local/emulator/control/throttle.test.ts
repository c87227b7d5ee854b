import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { createTokens } from '../../../../local/emulator/tokens.ts';
import { callHttps } from '../call-https.ts';

let emulator: Emulator;
let ca: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: { version: 1, vaults: [], provisioningServices: [{ name: 'dps-one' }] } });
  ca = readFileSync(emulator.description.caCertificate, 'utf8');
});
afterAll(() => emulator?.close());

async function control(method: 'PUT' | 'DELETE', body?: unknown): Promise<{ status: number; text: string }> {
  const request = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${emulator.description.control}/throttle`, request);
  return { status: response.status, text: await response.text() };
}

function ask(method: string, below = '', clientId = 'c') {
  const id = emulator.description.provisioningServices[0]?.resourceId;
  const audience = 'https://management.azure.com';
  const { token } = createTokens(() => new Date()).issue({
    audience,
    issuer: 'x',
    tenantId: 't',
    clientId,
    lifetimeSeconds: 60,
  });
  const url = `${emulator.description.resourceManager}${id}${below}?api-version=2022-02-05`;
  return callHttps(url, { ca, method, headers: { authorization: `Bearer ${token}` } });
}

describe('PUT /throttle', () => {
  it('limits how often a principal may ask the resource manager, until DELETE /throttle', async () => {
    // One a day: time does not matter here.
    const once = { capacity: 1, perSecond: 1 / 86_400 };
    expect(await control('PUT', { reads: once, writes: once })).toEqual({ status: 204, text: '' });
    expect((await ask('GET')).status).toBe(200);
    const refused = await ask('GET');
    expect({ status: refused.status, retryAfter: refused.headers['retry-after'] }).toEqual({
      status: 429,
      retryAfter: '86400',
    });
    const { subscriptionId } = emulator.description;
    expect(refused.body).toEqual({
      error: {
        code: 'SubscriptionRequestsThrottled',
        message: `Number of 'read' requests for subscription '${subscriptionId}' actor 'c' exceeded. Please try again after '86400' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
      },
    });
    // Writes are counted by themselves, and so is another principal.
    const written = await ask('POST', '/listkeys');
    expect(written.status).toBe(200);
    expect(written.headers['x-ms-ratelimit-remaining-subscription-writes']).toBe('0');
    expect((await ask('POST', '/listkeys')).status).toBe(429);
    expect((await ask('GET', '', 'other')).status).toBe(200);
    expect(await control('DELETE')).toEqual({ status: 204, text: '' });
    expect((await ask('GET')).status).toBe(200);
  });

  it.each([
    [[], 'the body: Invalid input'],
    [{ read: {} }, 'the body: Unrecognized key: \\"read\\"'],
    [{ reads: { capacity: 0, perSecond: 1 } }, 'reads.capacity: Too small'],
    [{ writes: { capacity: 1, perSecond: 0 } }, 'writes.perSecond: Too small'],
  ])('refuses %j and changes nothing', async (body, sentence) => {
    const { status, text } = await control('PUT', body);
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(sentence) });
    expect((await ask('GET')).status).toBe(200);
  });
});
