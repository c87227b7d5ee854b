import { beforeEach, describe, expect, it } from 'vitest';
import { buildDataPlane, type DataPlaneUnderTest, SYMMETRIC } from './build-data-plane.ts';

const KINDS = [
  ['/enrollmentGroups', 'enrollmentGroupId', 'enrollmentGroups'],
  ['/enrollments/', 'registrationId', 'enrollments'],
] as const;
const SUCCESS = { isSuccessful: true, errors: [] };

let plane: DataPlaneUnderTest;

beforeEach(() => {
  plane = buildDataPlane();
});

describe.each(KINDS)('POST %s', (path, id, member) => {
  const items = (...ids: string[]) => ids.map((each) => ({ [id]: each, ...SYMMETRIC }));
  const bulk = (mode: string, list: unknown) => plane.call('POST', path, { body: { mode, [member]: list } });
  const get = (name: string) => plane.call('GET', `${path.replace(/\/$/, '')}/${name}`);
  const failed = (name: string, errorCode: number) => ({
    isSuccessful: false,
    errors: [{ [id]: name, errorCode, errorStatus: expect.any(String) }],
  });

  it('creates, and says of each that exists that it does, doing the others', async () => {
    expect(await bulk('create', items('a'))).toMatchObject({ status: 200, body: SUCCESS });
    expect((await bulk('create', items('a', 'b'))).body).toStrictEqual(failed('a', 409201));
    expect((await get('b')).status).toBe(200);
  });

  it('updates what exists, and nothing else', async () => {
    await bulk('create', items('a'));
    const before = (await get('a')).body;
    const disabled = items('a', 'b').map((each) => ({ ...each, provisioningStatus: 'disabled' }));
    expect((await bulk('update', disabled)).body).toStrictEqual(failed('b', 404201));
    const after = (await get('a')).body as { etag: string };
    expect(after).toMatchObject({ provisioningStatus: 'disabled' });
    expect(after.etag).not.toBe((before as { etag: string }).etag);
  });

  it.each(['updateIfMatchETag', 'updateIfMatchEtag'])('updates what is still as it was read: %s', async (mode) => {
    await bulk('create', items('a'));
    const read = (await get('a')).body;
    expect((await bulk(mode, [read])).body).toStrictEqual(SUCCESS);
    expect((await bulk(mode, [read])).body).toStrictEqual(failed('a', 412001));
    expect((await bulk(mode, items('a'))).body).toStrictEqual(failed('a', 412001));
  });

  it('deletes', async () => {
    await bulk('create', items('a', 'b'));
    expect((await bulk('delete', [{ [id]: 'a' }, { [id]: 'c' }])).body).toStrictEqual(failed('c', 404201));
    expect((await bulk('delete', [{ [id]: 'b', etag: '"stale"' }])).body).toStrictEqual(failed('b', 412001));
    expect([(await get('a')).status, (await get('b')).status]).toStrictEqual([404, 200]);
  });

  it('reports a record that is refused, and an item without an id', async () => {
    expect((await bulk('create', [{ [id]: 'a' }])).body).toStrictEqual(failed('a', 400001));
    expect((await bulk('create', [SYMMETRIC])).body).toMatchObject({ errors: [{ [id]: null, errorCode: 400001 }] });
  });

  it.each([
    ['eleven items', 'create', items(...'abcdefghijk')],
    ['no items', 'create', []],
    ['no list', 'create', {}],
    ['an unknown mode', 'replace', items('a')],
  ])('refuses %s as a whole', async (_, mode, list) => {
    expect(await bulk(mode, list)).toMatchObject({ status: 400, body: { errorCode: 400001 } });
    expect((await get('a')).status).toBe(404);
  });
});
