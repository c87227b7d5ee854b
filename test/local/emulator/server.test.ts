import { describe, expect, it, onTestFinished } from 'vitest';
import { createControl } from '../../../local/emulator/control/control.ts';
import { LONGEST_TIMER_MS } from '../../../local/emulator/control/faults.ts';
import { createTraffic } from '../../../local/emulator/control/traffic.ts';
import { createIngestion } from '../../../local/emulator/ingestion/ingestion.ts';
import { listen } from '../../../local/emulator/listener.ts';
import { createThrottle } from '../../../local/emulator/resource-manager/throttle.ts';
import { serve } from '../../../local/emulator/server.ts';
import type { Service, ServiceName } from '../../../local/emulator/service.ts';
import { createTokens } from '../../../local/emulator/tokens.ts';

interface EchoOptions {
  readonly service?: ServiceName;
  readonly delay?: (ms: number) => Promise<unknown>;
}

/** A service without authentication that answers what it was sent, on the wire, with its control address beside it. */
async function echo({ service = 'keyVault', delay = () => Promise.resolve() }: EchoOptions = {}) {
  const traffic = createTraffic();
  const received: unknown[] = [];
  const echoing: Service = {
    service,
    instance: 'echo',
    audiences: undefined,
    isAnonymous: ({ url }) => url.pathname === '/anybody',
    handle: async ({ body }) => {
      received.push(body);
      return { status: 200, body: { body } };
    },
    unauthorized: () => ({ status: 401 }),
    failure: (status, message) => ({ status, body: { message } }),
  };
  const now = () => new Date();
  const options = { scheme: 'http', traffic, tokens: createTokens(now), now, delay, log: console.error } as const;
  const [server, control] = await Promise.all([
    listen(serve(echoing, options), undefined),
    listen(
      createControl({
        traffic,
        violations: () => [],
        pace: { factor: 1 },
        telemetry: createIngestion(),
        throttle: createThrottle(),
      }),
      undefined,
    ),
  ]);
  onTestFinished(async () => {
    await Promise.all([server.close(), control.close()]);
  });
  return {
    traffic,
    received,
    call: (path = '/', init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init),
    control: (path: string, body: unknown) =>
      fetch(`http://127.0.0.1:${control.port}${path}`, { method: 'PUT', body: JSON.stringify(body) }),
  };
}

describe('the body of a request', () => {
  const post = (body: string, type: string) => ({ method: 'POST', body, headers: { 'content-type': type } });
  const FORM = 'application/x-www-form-urlencoded';

  it.each(['application/json', 'text/plain', FORM])('is JSON whatever its type says: %s', async (type) => {
    const server = await echo();
    await server.call('/', post('{"tags":{"a":"1"}}', type));
    expect(server.received).toStrictEqual([{ tags: { a: '1' } }]);
  });

  it('is a form at the identity alone', async () => {
    const identity = await echo({ service: 'identity' });
    await identity.call('/', post('client_id=c&scope=x%20y', FORM));
    expect(identity.received).toStrictEqual([{ client_id: 'c', scope: 'x y' }]);
    const vault = await echo();
    expect((await vault.call('/', post('client_id=c', FORM))).status).toBe(400);
    expect(vault.received).toStrictEqual([]);
  });
});

describe('an answer', () => {
  const recorder = () => {
    const waits: number[] = [];
    return { waits, delay: async (ms: number) => waits.push(ms) };
  };

  it('comes at once where nobody has asked for latency', async () => {
    const { waits, delay } = recorder();
    await (await echo({ delay })).call();
    expect(waits).toStrictEqual([]);
  });

  it('is as late as PUT /latency and a fault say together', async () => {
    const { waits, delay } = recorder();
    const server = await echo({ delay });
    expect((await server.control('/latency', { ms: 250 })).status).toBe(204);
    await server.call();
    expect((await server.control('/faults', [{ service: 'keyVault', effect: { delayMs: 500 } }])).status).toBe(204);
    await server.call();
    await server.call();
    expect(waits).toStrictEqual([250, 750, 250]);
  });

  it('is never late beyond what a timer can count, where it would come at once', async () => {
    const { waits, delay } = recorder();
    const server = await echo({ delay });
    await server.control('/latency', { ms: LONGEST_TIMER_MS });
    await server.control('/faults', [{ service: 'keyVault', effect: { delayMs: LONGEST_TIMER_MS } }]);
    await server.call();
    expect(waits).toStrictEqual([LONGEST_TIMER_MS]);
  });

  it('is not made before its time', async () => {
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const delay = () => {
      begun.resolve();
      return over.promise;
    };
    const server = await echo({ delay });
    server.traffic.setLatency(1);
    const answer = server.call();
    await begun.promise;
    expect(server.received).toHaveLength(0);
    over.resolve();
    await answer;
    expect(server.received).toHaveLength(1);
  });
});

describe('a request that needs no token', () => {
  it('suffers no fault, uses none up, and is logged as the identity, so that nobody counts it as a call', async () => {
    const server = await echo();
    await server.control('/faults', [{ service: 'keyVault', effect: { status: 503 } }]);
    expect((await server.call('/anybody')).status).toBe(200);
    expect((await server.call('/somebody')).status).toBe(503);
    expect(server.traffic.requests()).toMatchObject([
      { service: 'identity', instance: 'echo', path: '/anybody', status: 200 },
      { service: 'keyVault', instance: 'echo', path: '/somebody', status: 503 },
    ]);
  });
});
