import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildCertificate,
  buildDataPlane,
  DAY_MS,
  type DataPlaneUnderTest,
  type Identity,
  NOW,
  plantEntry,
  SYMMETRIC,
  trusting,
} from './build-data-plane.ts';

interface Shown {
  readonly etag: string;
  readonly [member: string]: unknown;
}

const KINDS = [
  ['/enrollmentGroups', 'enrollmentGroupId'],
  ['/enrollments', 'registrationId'],
] as const;

let ca: Identity;
let plane: DataPlaneUnderTest;

beforeAll(async () => {
  ca = await buildCertificate({ subject: 'CN=CA' });
});

beforeEach(() => {
  plane = buildDataPlane();
  plantEntry(plane.dps, 'ca-1', ca);
});

async function put(path: string, body: unknown, ifMatch?: string): Promise<Shown> {
  const response = await plane.call('PUT', path, { body, ...(ifMatch !== undefined && { ifMatch }) });
  expect(response.status).toBe(200);
  return response.body as Shown;
}

function refused(status: number, errorCode: number) {
  return {
    status,
    headers: { 'x-ms-error-code': String(errorCode) },
    body: {
      errorCode,
      trackingId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      message: expect.any(String),
      timestampUtc: NOW.toISOString(),
    },
  };
}

describe.each(KINDS)('%s', (path, id) => {
  it('stores a record, keeping its times and an ETag with its quotes', async () => {
    const shown = await put(`${path}/e-1`, { [id]: 'e-1', ...trusting('ca-1') });
    expect(shown).toStrictEqual({
      [id]: 'e-1',
      ...trusting('ca-1'),
      provisioningStatus: 'enabled',
      etag: expect.stringMatching(/^"[0-9a-f]{8}-0000-0700-0000-[0-9a-f]{8}0000"$/),
      createdDateTimeUtc: '2022-05-03T17:50:03.5000000Z',
      lastUpdatedDateTimeUtc: '2022-05-03T17:50:03.5000000Z',
    });
    expect((await plane.call('GET', `${path}/e-1`)).body).toStrictEqual(shown);
  });

  it('keeps the time of creation and its spelling, whatever a later PUT says of them', async () => {
    const first = await put(`${path}/Dev-1`, trusting('ca-1'));
    plane.setNow(new Date(NOW.getTime() + DAY_MS));
    const second = await put(`${path}/dev-1`, {
      ...first,
      createdDateTimeUtc: '1999-01-01T00:00:00Z',
      lastUpdatedDateTimeUtc: null,
      registrationState: { status: 'assigned' },
      [id]: 'DEV-1',
    });
    expect(second).toStrictEqual({
      ...first,
      etag: expect.not.stringMatching(first.etag),
      lastUpdatedDateTimeUtc: '2022-05-04T17:50:03.5000000Z',
    });
  });

  it('gives another ETag at every write and takes no other than the last', async () => {
    const first = await put(`${path}/e-1`, SYMMETRIC);
    const second = await put(`${path}/e-1`, SYMMETRIC, first.etag);
    expect(second.etag).not.toBe(first.etag);
    for (const ifMatch of [first.etag, second.etag.replaceAll('"', ''), '""']) {
      expect(await plane.call('PUT', `${path}/e-1`, { body: SYMMETRIC, ifMatch })).toMatchObject(refused(412, 412001));
      expect(await plane.call('DELETE', `${path}/e-1`, { ifMatch })).toMatchObject(refused(412, 412001));
    }
    await put(`${path}/e-1`, SYMMETRIC, '*');
    expect(await plane.call('PUT', `${path}/gone`, { body: SYMMETRIC, ifMatch: '*' })).toMatchObject(
      refused(412, 412001),
    );
  });

  it('overwrites without If-Match, or is told to call that a conflict', async () => {
    const first = await put(`${path}/e-1`, trusting('ca-1'));
    const second = await put(`${path}/e-1`, SYMMETRIC);
    expect(second.attestation).toStrictEqual({ type: 'symmetricKey' });
    plane.dps.behaviour.putWithoutIfMatch = 'conflict';
    expect(await plane.call('PUT', `${path}/e-1`, { body: first })).toMatchObject(refused(409, 409201));
    await put(`${path}/e-1`, first, second.etag);
    await put(`${path}/e-2`, SYMMETRIC);
  });

  it('deletes with 204 and no body, and has nothing to delete after that', async () => {
    await put(`${path}/e-1`, SYMMETRIC);
    const { status, body } = await plane.call('DELETE', `${path}/E-1`);
    expect([status, body]).toStrictEqual([204, undefined]);
    for (const method of ['GET', 'DELETE']) {
      expect(await plane.call(method, `${path}/e-1`)).toMatchObject(refused(404, 404201));
    }
  });

  it('is found in whatever case, with or without a slash at the end', async () => {
    const shown = await put(`${path.toUpperCase()}/e-1/`, SYMMETRIC);
    expect((await plane.call('GET', `${path.toLowerCase()}/E-1/`)).body).toStrictEqual(shown);
  });

  it('makes symmetric keys, shows them nowhere but at attestationmechanism, and keeps given ones', async () => {
    const shown = await put(`${path}/e-1`, SYMMETRIC);
    expect(shown.attestation).toStrictEqual({ type: 'symmetricKey' });
    const query = await plane.call('POST', `${path}/query`, { body: { query: 'SELECT *' } });
    expect(query.body).toStrictEqual([shown]);
    const key = expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/);
    const { body } = await plane.call('POST', `${path}/e-1/attestationMechanism`);
    expect(body).toStrictEqual({ type: 'symmetricKey', symmetricKey: { primaryKey: key, secondaryKey: key } });
    expect(new Set(Object.values((body as { symmetricKey: object }).symmetricKey))).toHaveProperty('size', 2);
    await put(`${path}/e-1`, { attestation: body });
    expect((await plane.call('POST', `${path}/e-1/attestationmechanism`)).body).toStrictEqual(body);
  });

  const custom = { allocationPolicy: 'custom' };
  it.each([
    ['is no object', '[]', 400001],
    ['is a number', '1', 400001],
    ['has no attestation', {}, 400001],
    ['has an attestation of no type', { attestation: { x509: {} } }, 400001],
    ['has an attestation of another type', { attestation: { type: 'X509' } }, 400001],
    ['trusts nothing', { attestation: { type: 'x509', x509: { caReferences: { primary: null } } } }, 400001],
    ['names an entry that is not there', trusting('ca-2'), 400003],
    ['names an entry by a number', { attestation: { type: 'x509', x509: { caReferences: { primary: 1.5 } } } }, 400003],
    [
      'has too short a symmetric key',
      { attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: 'AAAA' } } },
      400001,
    ],
    ['has the id of another', { ...SYMMETRIC, [id]: 'e-2' }, 400001],
    ['has a custom policy without its definition', { ...SYMMETRIC, ...custom }, 400004],
    ['has a definition without an address', { ...SYMMETRIC, ...custom, customAllocationDefinition: {} }, 400004],
  ])('refuses a record that %s', async (_, body, code) => {
    expect(await plane.call('PUT', `${path}/e-1`, { body })).toMatchObject(refused(400, code));
    expect((await plane.call('GET', `${path}/e-1`)).status).toBe(404);
  });

  it.each(['-e', '.e', 'e.', 'e_', 'e%20e', 'é', 'x'.repeat(129)])('refuses the id %s', async (name) => {
    expect((await plane.call('PUT', `${path}/${name}`, { body: SYMMETRIC })).status).toBe(400);
  });

  it.each(['e', 'E:1._-2', '1-', 'x'.repeat(128)])('takes the id %s', async (name) => {
    expect((await put(`${path}/${name}`, SYMMETRIC))[id]).toBe(name);
  });

  it.each([
    ['PATCH', '', 405, 405000],
    ['PUT', '/e-1/x', 404, 404000],
  ])('has no operation %s %s', async (method, rest, status, code) => {
    expect(await plane.call(method, `${path}${rest || '/e-1'}`)).toMatchObject(refused(status, code));
  });

  it.each([null, '', '2021', 'latest'])('refuses the api-version %s', async (apiVersion) => {
    expect(await plane.call('GET', `${path}/e-1`, { apiVersion })).toMatchObject(refused(400, 400001));
  });
});

it('says what a custom policy lacks in the words of the service', async () => {
  const { body } = await plane.call('PUT', '/enrollments/e', { body: { ...SYMMETRIC, allocationPolicy: 'custom' } });
  const message = "A CustomAllocationDefinition is required when the allocation policy is set to 'Custom'";
  expect(body).toHaveProperty('message', message);
});

it('keeps what it does not know value for value, numbers as they were written', async () => {
  const unknown =
    '{"big":123456789012345678901234567890,"one":1.0,"zero":-0.0,"e":1E400,"null":null,"empty":{},"list":[[],0.10,{"__proto__":1}]}';
  const record = `{"attestation":{"type":"x509","x509":{"caReferences":{"primary":"ca-1","secondary":null,"n":2.50},"x":{}}},
    "provisioningStatus":null,"initialTwin":${unknown},"tags":{"additional_properties":{}}}`;
  await plane.call('PUT', '/enrollmentGroups/g', { body: record });
  const { text, body } = await plane.call('GET', '/enrollmentGroups/g');
  expect(text).toContain(`"initialTwin":${unknown},"tags":{"additional_properties":{}}`);
  expect(text).toContain('{"caReferences":{"primary":"ca-1","secondary":null,"n":2.50},"x":{}}');
  expect(body).toHaveProperty('provisioningStatus', null);
  // What GET gave goes back as it is, and nothing is lost on the way.
  await plane.call('PUT', '/enrollmentGroups/g', { body: text });
  expect((await plane.call('GET', '/enrollmentGroups/g')).text).toContain(`"initialTwin":${unknown}`);
});

it('accepts the name of an entry in another case, and of one that is not verified', async () => {
  plantEntry(plane.dps, 'ca-2', ca, false);
  const shown = await put('/enrollmentGroups/g', trusting('CA-1', 'ca-2'));
  expect(shown).toMatchObject(trusting('CA-1', 'ca-2'));
});

it('leaves a reference dangling when its entry goes, and takes it back no more', async () => {
  const shown = await put('/enrollmentGroups/g', trusting('ca-1'));
  plane.dps.certificates.delete('ca-1');
  expect((await plane.call('GET', '/enrollmentGroups/g')).body).toStrictEqual(shown);
  expect(await plane.call('PUT', '/enrollmentGroups/g', { body: shown })).toMatchObject(refused(400, 400003));
});

it('masks the query of a webhook where it is told to, and stores what comes back', async () => {
  const definition = { webhookUrl: 'https://x.example/api/allocate?code=secret', apiVersion: '2021-10-01' };
  const record = { ...SYMMETRIC, allocationPolicy: 'custom', customAllocationDefinition: definition };
  expect(await put('/enrollmentGroups/g', record)).toHaveProperty('customAllocationDefinition', definition);
  plane.dps.behaviour.masksWebhookUrl = true;
  const masked = { ...definition, webhookUrl: 'https://x.example/api/allocate?****' };
  const { body } = await plane.call('GET', '/enrollmentGroups/g');
  expect(body).toHaveProperty('customAllocationDefinition', masked);
  expect((await plane.call('POST', '/enrollmentGroups/query')).text).not.toContain('secret');
  await put('/enrollmentGroups/g', body);
  plane.dps.behaviour.masksWebhookUrl = false;
  expect((await plane.call('GET', '/enrollmentGroups/g')).body).toHaveProperty('customAllocationDefinition', masked);
});

it('holds a hundred X.509 groups and a hundred of symmetric keys', async () => {
  for (let index = 0; index < 100; index++) {
    await put(`/enrollmentGroups/x-${index}`, trusting('ca-1'));
    await put(`/enrollmentGroups/s-${index}`, SYMMETRIC);
  }
  for (const body of [trusting('ca-1'), SYMMETRIC]) {
    expect(await plane.call('PUT', '/enrollmentGroups/more', { body })).toMatchObject(refused(403, 403001));
  }
  expect(await plane.call('PUT', '/enrollmentGroups/s-1', { body: trusting('ca-1') })).toMatchObject(
    refused(403, 403001),
  );
  await put('/enrollmentGroups/x-1', trusting(null, 'ca-1'));
});
