import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heedThrottling } from '../../../shared/azure/heed-throttling.ts';

type Policy = ReturnType<typeof heedThrottling>['policy'];
type Request = Parameters<Policy['sendRequest']>[0];
type Response = Awaited<ReturnType<Policy['sendRequest']>>;

/** A client whose requests are answered by hand: `sent` names those that have left, in order. */
function clientOf(random = 0) {
  const { policy } = heedThrottling(() => random);
  const sent: string[] = [];
  const open = new Map<string, (answer: Response | Error) => void>();
  const send = (name: string, method = 'GET') => {
    const request = { method, url: `https://management.azure.com/${name}` } as Request;
    policy
      .sendRequest(request, () => {
        sent.push(name);
        return new Promise((resolve, reject) => {
          open.set(name, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
        });
      })
      .catch(() => undefined);
  };
  const answer = async (name: string, status: number | Error = 200, retryAfter?: string) => {
    const headers = { get: () => retryAfter };
    open.get(name)?.(status instanceof Error ? status : ({ status, headers } as unknown as Response));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { sent, send, answer, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a client of the resource manager', () => {
  it('sends eight side by side for as long as nothing is refused', async () => {
    const { sent, send, answer, pass } = clientOf();
    for (const name of 'abcdefghi') send(name);
    await pass(60_000);
    expect(sent.join('')).toBe('abcdefgh');
    await answer('b', 500);
    expect(sent.join('')).toBe('abcdefghi');
  });

  it('sends nothing more until Retry-After is over, and then one at a time, whatever it is', async () => {
    const { sent, send, answer, pass } = clientOf();
    send('a');
    await pass(0);
    await answer('a', 429, '2');
    send('b');
    send('c', 'PUT');
    send('d', 'DELETE');
    await pass(1999);
    expect(sent).toEqual(['a']);
    await pass(1);
    expect(sent).toEqual(['a', 'b']);
    await pass(60_000);
    expect(sent).toEqual(['a', 'b']);
    await answer('b');
    expect(sent).toEqual(['a', 'b', 'c']);
    await answer('c', new Error('The connection broke'));
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    ['2', [2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ['40', [40_000, 40_000]],
    [undefined, [1000, 2000]],
    ['Wed, 21 Oct 2026 07:28:00 GMT', [1000, 2000]],
  ])(
    'doubles its pause with every refusal that follows one, up to half a minute: Retry-After %s',
    async (retryAfter, pauses) => {
      const { sent, send, answer, pass } = clientOf();
      send('0');
      await pass(0);
      for (const [index, pause] of pauses.entries()) {
        await answer(String(index), 429, retryAfter);
        send(String(index + 1));
        await pass(pause - 1);
        expect(sent).toHaveLength(index + 1);
        await pass(1);
        expect(sent).toHaveLength(index + 2);
      }
    },
  );

  it('learns nothing new from a refusal of what was on its way already', async () => {
    const { sent, send, answer, pass } = clientOf();
    for (const name of ['a', 'b', 'c']) send(name);
    await pass(0);
    for (const name of ['a', 'b', 'c']) await answer(name, 429, '1');
    send('d');
    await pass(1000);
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
  });

  it('spreads its return, so that processes do not come back together', async () => {
    const { sent, send, answer, pass } = clientOf(0.5);
    send('a');
    await pass(0);
    await answer('a', 429, '4');
    send('b');
    await pass(4499);
    expect(sent).toEqual(['a']);
    await pass(1);
    expect(sent).toEqual(['a', 'b']);
  });

  it('sends side by side again after fifty answers in a row that are no refusal', async () => {
    const { sent, send, answer, pass } = clientOf();
    send('refused');
    await pass(0);
    await answer('refused', 429, '1');
    for (let index = 0; index < 51; index += 1) send(`calm ${index}`);
    await pass(1000);
    for (let index = 0; index < 49; index += 1) await answer(`calm ${index}`);
    send('early');
    await pass(0);
    expect(sent.slice(-1)).toEqual(['calm 49']);
    for (const name of ['calm 49', 'calm 50', 'early']) await answer(name);
    send('x');
    send('y');
    await pass(0);
    expect(sent.slice(-2)).toEqual(['x', 'y']);
  });
});
