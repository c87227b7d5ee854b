import { beforeEach, expect, it } from 'vitest';
import { buildDataPlane, type DataPlaneUnderTest, SYMMETRIC } from './build-data-plane.ts';

let plane: DataPlaneUnderTest;

beforeEach(() => {
  plane = buildDataPlane();
});

function register(registrationId: string, enrollmentGroupId?: string) {
  const state = { assignedHub: 'hub.azure-devices.net', deviceId: registrationId, status: 'assigned' };
  return plane.dps.registrations.put({ registrationId, enrollmentGroupId, state });
}

it('is read by its id in whatever case, and is of one group at a time', async () => {
  const { etag } = register('Dev-1', 'G');
  const shown = {
    registrationId: 'Dev-1',
    assignedHub: 'hub.azure-devices.net',
    deviceId: 'Dev-1',
    status: 'assigned',
    etag,
  };
  expect(await plane.call('GET', '/registrations/dev-1')).toMatchObject({ status: 200, body: shown });
  const query = (group: string) => plane.call('POST', `/registrations/${group}/query`);
  const answer = await query('g');
  expect(answer.body).toStrictEqual([shown]);
  expect(answer.headers).toMatchObject({ 'x-ms-item-type': 'deviceRegistration' });
  register('DEV-1', 'h');
  expect((await query('g')).body).toStrictEqual([]);
  expect((await query('h')).body).toHaveLength(1);
  register('dev-1');
  expect((await query('h')).body).toStrictEqual([]);
});

it('comes in pages', async () => {
  for (const id of ['a', 'b', 'c']) register(id, 'g');
  const headers = { 'x-ms-max-item-count': '2' };
  const first = await plane.call('POST', '/registrations/g/query', { headers });
  const next = String(first.headers?.['x-ms-continuation']);
  const second = await plane.call('POST', '/registrations/g/query', {
    headers: { ...headers, 'x-ms-continuation': next },
  });
  const ids = [first, second].map(({ body }) =>
    (body as { registrationId: string }[]).map((each) => each.registrationId),
  );
  expect(ids).toStrictEqual([['a', 'b'], ['c']]);
});

it('is deleted if the ETag is right, and then from its group, too', async () => {
  const stale = register('a', 'g').etag;
  const { etag } = register('a', 'g');
  expect(etag).not.toBe(stale);
  expect(await plane.call('DELETE', '/registrations/a', { ifMatch: stale })).toMatchObject({ status: 412 });
  expect(await plane.call('DELETE', '/registrations/a', { ifMatch: etag })).toMatchObject({ status: 204 });
  expect((await plane.call('POST', '/registrations/g/query')).body).toStrictEqual([]);
  for (const method of ['GET', 'DELETE']) {
    expect(await plane.call(method, '/registrations/a')).toMatchObject({ status: 404, body: { errorCode: 404202 } });
  }
});

it('is shown with an individual enrollment, unless the device came in by a group', async () => {
  await plane.call('PUT', '/enrollments/a', { body: SYMMETRIC });
  const { body } = await plane.call('GET', '/enrollments/a');
  expect(body).not.toHaveProperty('registrationState');
  register('a', 'g');
  expect((await plane.call('GET', '/enrollments/a')).body).toStrictEqual(body);
  register('a');
  const shown = (await plane.call('GET', '/enrollments/a')).body;
  expect(shown).toHaveProperty('registrationState.status', 'assigned');
  // Given back, it is not taken for a member of the record.
  await plane.call('PUT', '/enrollments/a', { body: shown });
  plane.dps.registrations.delete('a');
  expect((await plane.call('GET', '/enrollments/a')).body).not.toHaveProperty('registrationState');
});
