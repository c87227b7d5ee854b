import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnrollments } from '../../../shared/azure/enrollments.ts';
import { Conflict } from '../../../shared/errors.ts';
import { counted } from '../../support/counts.ts';
import { jsonObject } from '../../support/json-documents.ts';
import { type StubDps, startStubDps } from '../../support/stub-dps.ts';
import { json, listed, RECORD, readOne, unchanged } from '../../support/stub-enrollments.ts';

// What goes over the wire.

let dps: StubDps;
beforeAll(async () => {
  dps = await startStubDps();
});
afterAll(() => dps.close());

const adapter = () => createEnrollments(dps.host, dps.credential);

describe('requests', () => {
  it('a query: a page of a thousand, the continuation as it came', async () => {
    dps.answer(({ headers }) => {
      const first = headers['x-ms-continuation'] === undefined;
      return json([], first ? { headers: { 'x-ms-continuation': 'AbC/+=="1' } } : {});
    });
    await listed(adapter());
    expect(
      dps.requests.map(({ method, url, headers, body }) => ({
        request: `${method} ${url}`,
        body,
        contentType: headers['content-type'],
        authorization: headers.authorization,
        count: headers['x-ms-max-item-count'],
        continuation: headers['x-ms-continuation'],
      })),
    ).toStrictEqual(
      [undefined, 'AbC/+=="1'].map((continuation) => ({
        request: 'POST /enrollments/query?api-version=2021-10-01',
        body: '{"query":"SELECT *"}',
        contentType: 'application/json',
        authorization: 'Bearer stub-token',
        count: '1000',
        continuation,
      })),
    );
  });

  it.each([
    ['individual', 'dev-1', '/enrollments/dev-1'],
    ['individual', 'a.b_c-d:e', '/enrollments/a.b_c-d%3Ae'],
    ['group', 'Plant A/B?x=1#$&%2e', '/enrollmentGroups/Plant%20A%2FB%3Fx%3D1%23%24%26%252e'],
  ] as const)('a read of %s %s', async (kind, id, path) => {
    dps.answer(() => ({ status: 404 }));
    expect(await adapter().enrollment(kind, id)).toBeUndefined();
    expect(dps.requests.map(({ method, url }) => `${method} ${url}`)).toStrictEqual([
      `GET ${path}?api-version=2021-10-01`,
    ]);
  });

  it.each(['', '.', '..'])('no read of %j, which a URL would make another path of', async (id) => {
    dps.answer(() => ({ status: 404 }));
    await expect(adapter().enrollment('group', id)).rejects.toThrow(`'${id}' cannot be an id`);
    expect(dps.requests).toStrictEqual([]);
  });

  it.each([
    ['"1"', '"1"'],
    ['1', '"1"'],
    ['W/"1"', 'W/"1"'],
    ['*', '"*"'],
  ])('a replacement: on the etag %s with its quotes, without the state of the registration', async (etag, ifMatch) => {
    const one = adapter();
    const record = { ...RECORD, etag };
    const enrollment = await readOne(
      dps,
      one,
      JSON.stringify({ registrationState: { status: 'assigned' }, ...record }),
    );
    dps.answer(() => json({ ...RECORD, etag: '"2"' }));
    const replaced = await one.replaceEnrollment(enrollment, ({ registrationId, ...rest }) => ({
      registrationId,
      added: true,
      ...rest,
    }));
    expect({ ...replaced }).toStrictEqual({
      kind: 'individual',
      id: 'dev-1',
      etag: '"2"',
      record: { ...RECORD, etag: '"2"' },
    });
    const [sent] = dps.requests;
    const { 'if-match': sentIfMatch, 'content-type': type } = sent?.headers ?? {};
    expect({ request: `${sent?.method} ${sent?.url}`, ifMatch: sentIfMatch, type }).toStrictEqual({
      request: 'PUT /enrollments/dev-1?api-version=2021-10-01',
      ifMatch,
      type: 'application/json',
    });
    const { registrationId, ...rest } = record;
    expect(sent?.body).toBe(JSON.stringify({ registrationId, added: true, ...rest }));
  });

  it('asks for one token, of the scope of its host, though calls run side by side', async () => {
    dps.answer(() => json(RECORD));
    const one = adapter();
    await Promise.all([
      one.enrollment('individual', 'dev-1'),
      one.enrollment('individual', 'dev-1'),
      listed(one).catch(unchanged),
    ]);
    expect(dps.scopes).toStrictEqual(['https://azure-devices-provisioning.net/.default']);
  });
});

describe('a record', () => {
  it('is sent as it came, byte for byte, whatever it holds', async () => {
    const one = adapter();
    const property = fc.asyncProperty(jsonObject, async ({ given, compact }) => {
      const head = '"registrationId":"dev-1","etag":"1"';
      const enrollment = await readOne(dps, one, `{${head},"unknown":${given}}`);
      dps.answer(() => json(RECORD));
      await one.replaceEnrollment(enrollment, (record) => ({ ...record, added: 'value' }));
      expect(dps.requests.map(({ body }) => body)).toStrictEqual([`{${head},"unknown":${compact},"added":"value"}`]);
    });
    await fc.assert(property, { numRuns: counted(100, 10_000) });
  }, 300_000);

  it('of a list, too, one with such numbers beside one without', async () => {
    const records = ['{"registrationId":"a","etag":"1","x":1.0}', '{"registrationId":"b","etag":"1","x":"1.0"}'];
    const one = adapter();
    dps.answer(() => ({ text: `[${records.join(',')}]` }));
    const enrollments = await listed(one);
    dps.answer(() => json(RECORD));
    for (const enrollment of enrollments) await one.replaceEnrollment(enrollment, unchanged);
    expect(dps.requests.map(({ body }) => body)).toStrictEqual(records);
  });

  it('that was not read through this adapter is read again first, and replaced if it is the same', async () => {
    const foreign = { ...(await readOne(dps, adapter())), etag: '1' };
    const source = '{"registrationId":"dev-1","etag":"\\"1\\"","x":1.0}';
    dps.answer(() => ({ text: source }));
    await adapter().replaceEnrollment(foreign, unchanged);
    expect(dps.requests.map(({ method, body }) => `${method} ${body}`)).toStrictEqual(['GET ', `PUT ${source}`]);
  });

  it.each([
    ['changed', () => json({ ...RECORD, etag: '"2"' }), 'it was changed meanwhile'],
    ['gone', () => ({ status: 404 }), 'it is gone'],
  ])('that was not read through this adapter and is %s meanwhile is a Conflict', async (_text, answer, says) => {
    const foreign = { ...(await readOne(dps, adapter())) };
    dps.answer(answer);
    const replaced = adapter().replaceEnrollment(foreign, unchanged);
    await expect(replaced).rejects.toBeInstanceOf(Conflict);
    await expect(replaced).rejects.toThrow(`Cannot replace individual enrollment 'dev-1' of ${dps.host}: ${says}`);
    expect(dps.requests.map(({ method }) => method)).toStrictEqual(['GET']);
  });
});
