import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getClient } from '@azure-rest/core-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeLimit } from '../../../shared/azure/time-limit.ts';

let server: Server;
let origin: string;
let asked = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    // Taken, and never answered.
    if (request.url !== '/silent') response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, limitMs: number, abortSignal?: AbortSignal, at = origin) =>
  getClient(at, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [timeLimit(limitMs)],
  })
    .pathUnchecked(path)
    .get({ ...(abortSignal && { abortSignal }) });

describe('a request that nobody answers', () => {
  it('fails once its time is over, and says who is silent', async () => {
    asked = 0;
    await expect(ask('/silent', 100)).rejects.toThrow(`${origin} has not answered within 0.1 seconds`);
    expect(asked).toBe(1);
  });

  it('is given up at once where the caller wants it, in the caller’s words', async () => {
    await expect(ask('/silent', 60_000, AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('keeps no process from its end where the connection fails', async () => {
    const before = process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    await expect(ask('/nowhere', 60_000, undefined, 'http://127.0.0.1:9')).rejects.toThrow();
    expect(process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length).toBeLessThanOrEqual(before);
  });

  it('is none where the answer comes in time', async () => {
    expect((await ask('/answers', 60_000)).status).toBe('200');
  });
});
