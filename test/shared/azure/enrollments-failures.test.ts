import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnrollments } from '../../../shared/azure/enrollments.ts';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { type StubAnswer, type StubDps, startStubDps } from '../../support/stub-dps.ts';
import {
  errorOf,
  json,
  listed,
  RECORD,
  readOne,
  shown,
  unchanged,
  WEBHOOK_KEY,
  WEBHOOK_URL,
} from '../../support/stub-enrollments.ts';

// Refusals, and answers that no DPS in its right mind gives.

let dps: StubDps;
beforeAll(async () => {
  dps = await startStubDps();
});
afterAll(() => dps.close());

const adapter = () => createEnrollments(dps.host, dps.credential);

describe('a list', () => {
  it.each([1, 2, 3])('whose pages repeat after %i is an error, not an endless loop', async (period) => {
    let served = 0;
    dps.answer(() => json([], { headers: { 'x-ms-continuation': `page ${served++ % period}` } }));
    await expect(listed(adapter())).rejects.toThrow(
      `Cannot list the individual enrollments of ${dps.host}: its pages repeat and never end`,
    );
    expect(dps.requests).toHaveLength(period + 1);
  });

  it('ends where the continuation is empty', async () => {
    dps.answer(() => json([RECORD], { headers: { 'x-ms-continuation': '' } }));
    expect(await listed(adapter())).toHaveLength(1);
    expect(dps.requests).toHaveLength(1);
  });

  it.each([
    ['an object', json({ value: [] }), 'the answer is not a list'],
    ['null', json(null), 'the answer is not a list'],
    ['empty', {}, 'the answer, of 0 characters, is not JSON'],
    ['cut short', { text: `[{"webhookUrl":"${WEBHOOK_URL}` }, 'is not JSON'],
    ['of others', json([{ ...RECORD, registrationId: undefined }]), 'came back without registrationId or etag'],
    ['of none', json([null]), 'came back without registrationId or etag'],
    ['of such that could not be replaced', json([{ ...RECORD, etag: '' }]), 'without registrationId or etag'],
  ])('that is %s is an error', async (_text, answer, says) => {
    dps.answer(() => answer);
    const error = await errorOf(listed(adapter()));
    expect(error.constructor).toBe(Error);
    expect(error.message).toContain(`Cannot list the individual enrollments of ${dps.host}: `);
    expect(error.message).toContain(says);
    expect(shown(error)).not.toContain(WEBHOOK_KEY);
  });
});

const COMPLAINT = { errorCode: 400004, trackingId: 'track-1', message: `The webhook '${WEBHOOK_URL}' is wrong` };
const SAYS = `The webhook 'https://app.example/api/allocate?…' is wrong (errorCode 400004, trackingId track-1)`;
const MESSAGE = 'Unauthorized';
const REDIRECTED = / redirects to https:\/\/localhost:1 \(307\), where nothing is sent/;

describe('a refused replacement', () => {
  it.each([
    { status: 400, body: COMPLAINT, says: `400 ${SAYS}`, type: Refused, reason: 'enrollment-rejected' },
    { status: 401, body: { message: MESSAGE }, says: `401 ${MESSAGE}`, type: Refused, reason: 'forbidden' },
    { status: 403, body: { message: MESSAGE }, says: `403 ${MESSAGE}`, type: Refused, reason: 'forbidden' },
    { status: 404, body: { message: 'Not found' }, says: '404 Not found', type: Conflict },
    { status: 409, body: { message: 'Conflict' }, says: '409 Conflict', type: Conflict },
    { status: 412, body: { message: 'Stale' }, says: '412 Stale', type: Conflict },
    { status: 413, body: { message: 'Too large' }, says: '413 Too large', type: Error },
    { status: 429, body: { message: 'Throttled' }, says: '429 Throttled', type: Error },
    { status: 307, body: undefined, says: REDIRECTED, type: Error },
  ])('with $status is a $type.name $reason', async ({ status, body, says, type, reason }) => {
    const one = adapter();
    const enrollment = await readOne(dps, one);
    const headers = { location: 'https://localhost:1/elsewhere' };
    dps.answer(() => json(body, { status, ...(status === 307 && { headers }) }));
    const error = await errorOf(one.replaceEnrollment(enrollment, unchanged));
    expect(error.constructor).toBe(type);
    const text = `Cannot replace individual enrollment 'dev-1' of ${dps.host}: `;
    expect(error.message.startsWith(text)).toBe(true);
    if (typeof says === 'string') expect(error.message.slice(text.length)).toBe(says);
    else expect(error.message).toMatch(says);
    expect(error).toMatchObject(reason === undefined ? {} : { reason });
    expect(error.cause).toBeInstanceOf(Error);
    expect(shown(error)).not.toContain(WEBHOOK_KEY);
    expect(shown(error)).not.toContain('stub-token');
  });
});

describe('what is answered 401', () => {
  /** Gives another token each time that it is asked. */
  function manyTokens() {
    let given = 0;
    const credential: TokenCredential = {
      getToken: async () => {
        given += 1;
        return { token: `stub-token-${given}`, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    return createEnrollments(dps.host, credential);
  }
  const answered = (...statuses: number[]) =>
    dps.answer(() => {
      const status = statuses.shift() ?? 200;
      return status === 200 ? json(RECORD) : json({ message: MESSAGE }, { status });
    });
  const tokensSent = () => dps.requests.map(({ headers }) => headers.authorization);

  it('once, is asked again with a fresh token, and the same body on the same ETag', async () => {
    const one = manyTokens();
    const enrollment = await readOne(dps, one);
    answered(401);
    await one.replaceEnrollment(enrollment, unchanged);
    expect(tokensSent()).toStrictEqual(['Bearer stub-token-1', 'Bearer stub-token-2']);
    const [first, second] = dps.requests.map(({ method, headers, body }) => [method, headers['if-match'], body]);
    expect(first).toStrictEqual(['PUT', '"1"', JSON.stringify(RECORD)]);
    expect(second).toStrictEqual(first);
  });

  it('twice, is refused, and asked no third time', async () => {
    const one = manyTokens();
    answered(401, 401, 200);
    await expect(one.enrollment('individual', 'dev-1')).rejects.toMatchObject({ reason: 'forbidden' });
    expect(tokensSent()).toStrictEqual(['Bearer stub-token-1', 'Bearer stub-token-2']);
    expect((await one.enrollment('individual', 'dev-1'))?.id).toBe('dev-1');
  });

  it('once, and then fails for want of a token, is no refusal', async () => {
    let given = 0;
    const credential: TokenCredential = {
      getToken: async () => {
        if (given++ > 0) throw new Error('no identity any more');
        return { token: 'stub-token', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    answered(401);
    const error = await errorOf(createEnrollments(dps.host, credential).enrollment('individual', 'dev-1'));
    expect(error.constructor).toBe(Error);
    expect(error.message).toContain('no identity any more');
    expect(shown(error)).not.toContain('stub-token');
  });
});

describe('what other than the DPS fails', () => {
  it.each([400, 401, 404])(
    'an identity that cannot be had, with %i, is no answer about an enrollment',
    async (statusCode) => {
      const failing: TokenCredential = {
        getToken: () => Promise.reject(Object.assign(new Error('no identity here'), { statusCode })),
      };
      const broken = createEnrollments(dps.host, failing);
      const enrollment = await readOne(dps, adapter());
      dps.answer(() => json(RECORD));
      for (const call of [broken.enrollment('individual', 'dev-1'), broken.replaceEnrollment(enrollment, unchanged)]) {
        const error = await errorOf(call);
        expect(error.constructor).toBe(Error);
        expect(error.message).toContain('no identity here');
      }
      expect(dps.requests).toStrictEqual([]);
    },
  );

  it('a broken connection shows neither the record nor the token', async () => {
    const gone = await startStubDps();
    const one = createEnrollments(gone.host, gone.credential);
    gone.answer(() => json(RECORD));
    const enrollment = await one.enrollment('individual', 'dev-1');
    await gone.close();
    if (!enrollment) throw new Error('the stub was expected to answer with an enrollment');
    const error = await errorOf(one.replaceEnrollment(enrollment, unchanged));
    expect(error.message).toContain(`Cannot replace individual enrollment 'dev-1' of ${gone.host}: `);
    expect(shown(error)).not.toContain(WEBHOOK_KEY);
    expect(shown(error)).not.toContain('stub-token');
  });

  it('what a change throws reaches its caller as it is', async () => {
    const one = adapter();
    const refusal = new Refused('enrollment-rejected', 'not like this');
    const replaced = one.replaceEnrollment(await readOne(dps, one), () => {
      throw refusal;
    });
    await expect(replaced).rejects.toBe(refusal);
  });
});

describe('what is answered 429 once, with Retry-After, is repeated:', () => {
  const once = (how: () => StubAnswer) => {
    let throttled = false;
    dps.answer(() => {
      if (throttled) return how();
      throttled = true;
      return json({ errorCode: 429001, message: 'Throttled' }, { status: 429, headers: { 'retry-after': '0' } });
    });
  };

  it('a list', async () => {
    once(() => json([RECORD]));
    expect(await listed(adapter())).toHaveLength(1);
    expect(dps.requests.map(({ method }) => method)).toStrictEqual(['POST', 'POST']);
  });

  it('a read', async () => {
    once(() => json(RECORD));
    expect(await adapter().enrollment('individual', 'dev-1')).toMatchObject({ id: 'dev-1' });
    expect(dps.requests.map(({ method }) => method)).toStrictEqual(['GET', 'GET']);
  });

  it('a replacement, with the same body on the same ETag', async () => {
    const one = adapter();
    const enrollment = await readOne(dps, one);
    once(() => json(RECORD));
    await one.replaceEnrollment(enrollment, unchanged);
    const sent = dps.requests.map(({ method, headers, body }) => [method, headers['if-match'], body]);
    const put = ['PUT', '"1"', JSON.stringify(RECORD)];
    expect(sent).toStrictEqual([put, put]);
  });
});
