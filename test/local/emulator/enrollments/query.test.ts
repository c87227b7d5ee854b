import { beforeEach, expect, it } from 'vitest';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import { buildDataPlane, type DataPlaneUnderTest, NOW, SYMMETRIC } from './build-data-plane.ts';

let plane: DataPlaneUnderTest;

beforeEach(() => {
  plane = buildDataPlane();
});

/** Individual enrollments of these ids, straight into the store. */
function plant(...ids: string[]): void {
  for (const id of ids) {
    plantEnrollment(
      plane.dps,
      'individual',
      id,
      { attestation: { type: 'tpm', tpm: {} } },
      { at: NOW, random: Buffer.alloc },
    );
  }
}

async function page(size: number, continuation?: string, body: unknown = { query: 'SELECT *' }) {
  const headers = { 'x-ms-max-item-count': String(size), ...(continuation && { 'x-ms-continuation': continuation }) };
  const response = await plane.call('POST', '/enrollments/query', { body, headers });
  expect(response.status).toBe(200);
  const ids = (response.body as { registrationId: string }[]).map(({ registrationId }) => registrationId);
  return { ids, next: response.headers?.['x-ms-continuation'], headers: response.headers };
}

it('answers page by page, in the order of creation, and says what kind of items they are', async () => {
  plant('c', 'a', 'b', 'e', 'd');
  const first = await page(2);
  expect(first.headers).toMatchObject({ 'x-ms-item-type': 'enrollment', 'x-ms-max-item-count': '2' });
  expect(first.ids).toStrictEqual(['c', 'a']);
  const second = await page(2, first.next);
  expect(second.ids).toStrictEqual(['b', 'e']);
  const third = await page(2, second.next);
  expect(third).toMatchObject({ ids: ['d'], next: undefined });
});

it('needs no further page where the last is full', async () => {
  plant('a', 'b');
  expect(await page(2)).toMatchObject({ ids: ['a', 'b'], next: undefined });
});

it('shows what stays exactly once, whatever comes, changes and goes between the pages', async () => {
  plant('a', 'b', 'c', 'd');
  const first = await page(2);
  plane.dps.enrollments.individual.delete('a');
  plane.dps.enrollments.individual.delete('b');
  plant('c', 'e');
  expect((await page(9, first.next)).ids).toStrictEqual(['c', 'd', 'e']);
});

it('answers a hundred items to who does not say how many', async () => {
  plant(...Array.from({ length: 101 }, (_, index) => `d-${index}`));
  const { body, headers } = await plane.call('POST', '/enrollments/query', { body: { query: '' } });
  expect(body).toHaveLength(100);
  expect(headers).toHaveProperty('x-ms-continuation');
});

it.each([
  [undefined],
  [{}],
  [{ query: "{'additional_properties': {}, 'query': 'SELECT *'}" }],
  [{ query: "SELECT * WHERE registrationId = 'x'" }],
])('answers everything, whatever the query: %j', async (body) => {
  plant('a', 'b');
  expect((await page(10_000, undefined, body)).ids).toStrictEqual(['a', 'b']);
});

it.each([
  ['x-ms-max-item-count', '0'],
  ['x-ms-max-item-count', '10001'],
  ['x-ms-max-item-count', '-1'],
  ['x-ms-max-item-count', '1e2'],
  ['x-ms-max-item-count', ''],
  ['x-ms-continuation', 'x'],
  ['x-ms-continuation', Buffer.from('enrollmentGroup/1').toString('base64url')],
])('refuses the header %s: %s', async (name, value) => {
  const { status, body } = await plane.call('POST', '/enrollments/query', { headers: { [name]: value } });
  expect([status, body]).toMatchObject([400, { errorCode: 400001, message: expect.stringContaining(`'${value}'`) }]);
});

it('answers groups as groups', async () => {
  await plane.call('PUT', '/enrollmentGroups/g', { body: SYMMETRIC });
  plant('a');
  const { body, headers } = await plane.call('POST', '/enrollmentgroups/query/');
  expect(headers).toMatchObject({ 'x-ms-item-type': 'enrollmentGroup' });
  expect(body).toMatchObject([{ enrollmentGroupId: 'g' }]);
});

it('holds a hundred thousand enrollments, and pages through them without looking at those before', async () => {
  const count = 100_000;
  plant(...Array.from({ length: count }, (_, index) => `d-${index}`));
  // Enrollments that differ in nothing but their ids hold one content together.
  const contents = new Set(Array.from(plane.dps.enrollments.individual.values(), ({ content }) => content));
  expect(contents.size).toBe(1);
  let seen = 0;
  for (let next: string | undefined = ''; next !== undefined; ) {
    const current: Awaited<ReturnType<typeof page>> = await page(10_000, next);
    seen += current.ids.length;
    next = current.next;
  }
  expect(seen).toBe(count);
});
