import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { spareLimits } from '../../../shared/azure/spare-limits.ts';

type Policy = ReturnType<typeof spareLimits>['policy'];
type Request = Parameters<Policy['sendRequest']>[0];
type Response = Awaited<ReturnType<Policy['sendRequest']>>;

/** A client whose requests are answered at once, with how many more there may be; `sent` names those that have left. */
function clientOf(random = 0.5) {
  const { policy } = spareLimits(() => random);
  const sent: string[] = [];
  const send = async (name: string, method: string, remaining?: number | string) => {
    const request = { method, url: `https://management.azure.com/${name}` } as Request;
    const kind = method === 'DELETE' ? 'deletes' : 'writes';
    const header = `x-ms-ratelimit-remaining-subscription-${kind}`;
    const headers = { get: (asked: string) => (asked === header ? remaining?.toString() : undefined) };
    await policy.sendRequest(request, async () => {
      sent.push(name);
      return { status: 200, headers } as unknown as Response;
    });
  };
  /** Sends without waiting for what becomes of it. */
  const post = (name: string, method: string, remaining?: number | string) => void send(name, method, remaining);
  return { sent, send, post, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a client of the resource manager', () => {
  it.each([199, 20, undefined, '', 'many', '-1'])('does not wait where %j more are left', async (remaining) => {
    const { sent, send } = clientOf();
    await send('first', 'PUT', remaining);
    await send('second', 'POST');
    expect(sent).toEqual(['first', 'second']);
  });

  it.each([
    { remaining: 19, random: 0.5, waits: 50 },
    { remaining: 10, random: 0.5, waits: 500 },
    { remaining: 0, random: 0.5, waits: 1000 },
    { remaining: 0, random: 0, waits: 750 },
    { remaining: 0, random: 1, waits: 1250 },
  ])('waits $waits ms where $remaining more are left and chance says $random', async ({ remaining, random, waits }) => {
    const { sent, send, post, pass } = clientOf(random);
    await send('first', 'PUT', remaining);
    post('second', 'PUT', remaining);
    await pass(waits - 1);
    expect(sent).toEqual(['first']);
    await pass(1);
    expect(sent).toEqual(['first', 'second']);
  });

  it('sends one after the other into the last of them, and side by side again once there are more', async () => {
    const { sent, send, post, pass } = clientOf();
    await send('0', 'PUT', 10);
    for (const name of ['1', '2', '3', '4']) post(name, 'PUT', name === '2' ? 150 : 10);
    await pass(500);
    expect(sent).toEqual(['0', '1']);
    await pass(500);
    expect(sent).toEqual(['0', '1', '2']);
    // The next one's pause had begun before the answer came.
    await pass(500);
    expect(sent).toEqual(['0', '1', '2', '3', '4']);
  });

  it('counts deletes apart, and lets every read go', async () => {
    const { sent, send, post, pass } = clientOf();
    await send('put', 'PUT', 0);
    post('late', 'POST');
    await send('get', 'GET');
    await send('delete', 'DELETE', 0);
    await pass(0);
    expect(sent).toEqual(['put', 'get', 'delete']);
    await pass(1000);
    expect(sent.at(-1)).toBe('late');
  });

  it('sends what comes after one that broke off', async () => {
    const { policy } = spareLimits(() => 0);
    const request = { method: 'PUT', url: 'https://management.azure.com/' } as Request;
    const broken = policy.sendRequest(request, () => Promise.reject(new Error('The connection broke')));
    await expect(broken).rejects.toThrow('broke');
    const response = { status: 200, headers: { get: () => undefined } } as unknown as Response;
    await expect(policy.sendRequest(request, async () => response)).resolves.toBe(response);
  });
});
