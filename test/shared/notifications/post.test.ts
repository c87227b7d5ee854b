import { describe, expect, it } from 'vitest';
import { type PostAnswer, post } from '../../../shared/notifications/post.ts';

const URL_WITH_SECRET = 'https://hooks.example/services/s3cr3t';
const START = new Date('2026-03-01T12:00:00Z');
const UNTIL = new Date(START.getTime() + 2000);

type Step = number | readonly [status: number, retryAfter: string] | Error;

/** A receiver that answers in this order, and a clock that passes in pauses alone. */
function receiver(...steps: readonly Step[]) {
  const pauses: number[] = [];
  let now = START.getTime();
  let requests = 0;
  const request = async (): Promise<PostAnswer> => {
    const step = steps[requests] ?? 200;
    requests += 1;
    if (step instanceof Error) throw step;
    const [status, retryAfter = null] = typeof step === 'number' ? [step] : step;
    return { status, retryAfter };
  };
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
    now += milliseconds;
  };
  const send = () =>
    post({ request, pause, now: () => new Date(now) }, URL_WITH_SECRET, '{}', UNTIL, new AbortController().signal);
  return { send, pauses, requests: () => requests };
}

const gone = Object.assign(new TypeError(`fetch of ${URL_WITH_SECRET} failed`), { cause: { code: 'ENOTFOUND' } });

describe('post', () => {
  it.each<[string, readonly Step[], readonly number[]]>([
    ['at once', [200], []],
    ['at once, by the 202 of a workflow', [202], []],
    ['after a 500', [500, 200], [150]],
    ['after three different troubles', [503, gone, 500, 200], [150, 300, 600]],
    ['after as long as it asked for', [[429, '1'], 200], [1000]],
    ['after a date that it asked for', [[503, 'Sun, 01 Mar 2026 12:00:01 GMT'], 200], [1000]],
    ['after no less than the usual pause', [[429, '0'], 200], [150]],
    ['after a Retry-After that is nothing', [[429, 'soon'], 200], [150]],
  ])('is taken %s', async (_, steps, pauses) => {
    const { send, pauses: paused } = receiver(...steps);
    await send();
    expect(paused).toEqual(pauses);
  });

  it.each<[string, readonly Step[], number, RegExp]>([
    ['four attempts', [500, 500, 500, 500, 200], 4, /^it has answered 500 \(4 attempts\)$/],
    [
      'an answer that another attempt would not change',
      [404, 200],
      1,
      /^it has answered 404; check NOTIFICATION_WEBHOOK_URL/,
    ],
    ['a redirection, which would carry the secret on', [302, 200], 1, /^it has answered 302; check/],
    ['a wait that nobody has time for', [[429, '60'], 200], 1, /^it has answered 429 \(one attempt\)$/],
    ['no answer at all', [gone, gone, gone, gone], 4, /^it cannot be reached: ENOTFOUND \(4 attempts\)$/],
    ['an error without a code', [new Error(URL_WITH_SECRET), 404], 2, /^it has answered 404/],
  ])('gives up after %s, without a word of the address', async (_, steps, requests, message) => {
    const { send, requests: made } = receiver(...steps);
    const error = await send().then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toMatch(message);
    expect(String(error?.stack)).not.toContain('s3cr3t');
    expect(made()).toBe(requests);
  });

  it('makes no further attempt once nobody waits any more', async () => {
    const end = new AbortController();
    const request = async () => {
      end.abort();
      return { status: 500, retryAfter: null };
    };
    const wire = { request, pause: async () => undefined, now: () => START };
    await expect(post(wire, URL_WITH_SECRET, '{}', UNTIL, end.signal)).rejects.toThrow('one attempt');
  });
});
