import { beforeEach, describe, expect, it } from 'vitest';
import { createDataPlane } from '../../../../local/emulator/enrollments/data-plane.ts';
import { buildDevices, type DevicesUnderTest, NOW } from './build-devices.ts';
import { enrollFleet, fleetProof, registerOne } from './fleet-group.ts';

let devices: DevicesUnderTest;

beforeEach(() => {
  devices = buildDevices();
  enrollFleet(devices);
});

describe('a registration', () => {
  it('begins with 202, says when to ask again, and ends with 200', async () => {
    const proof = fleetProof(devices, 'dev-1');
    const begun = await devices.begin('dev-1', proof);
    expect(begun).toStrictEqual({
      status: 202,
      headers: { 'retry-after': '3' },
      body: {
        operationId: expect.stringMatching(/^4\.[0-9a-f]{16}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        status: 'assigning',
      },
    });
    const { operationId } = begun.body as { operationId: string };
    // The SDK for JavaScript sends a body with this GET.
    const ended = await devices.call('GET', `/Registrations/DEV-1/Operations/${operationId}/`, {
      ...fleetProof(devices, 'DEV-1'),
      body: {},
    });
    expect(ended).toMatchObject({ status: 200, body: { operationId, status: 'assigned' } });
  });

  it('can be followed by its own device alone, and until it registers anew', async () => {
    const { body } = await devices.begin('dev-1', fleetProof(devices, 'dev-1'));
    const { operationId } = body as { operationId: string };
    const follow = (id: string) =>
      devices.call('GET', `/registrations/${id}/operations/${operationId}`, fleetProof(devices, id));
    expect(await devices.call('GET', `/registrations/dev-1/operations/${operationId}`)).toMatchObject({ status: 401 });
    expect(await follow('dev-2')).toMatchObject({ status: 404 });
    expect(await follow('dev-1')).toMatchObject({ status: 200 });
    await devices.begin('dev-1', fleetProof(devices, 'dev-1'));
    expect(await follow('dev-1')).toMatchObject({ status: 404, body: { errorCode: 404202 } });
  });

  it('can be looked up', async () => {
    const lookUp = () =>
      devices.call('POST', '/registrations/dev-1', {
        ...fleetProof(devices, 'dev-1'),
        body: { registrationId: 'dev-1' },
      });
    expect(await lookUp()).toMatchObject({ status: 404, body: { errorCode: 404202 } });
    const body = { registrationId: 'dev-1' };
    expect(await devices.call('POST', '/registrations/dev-1', { body })).toMatchObject({ status: 401 });
    const { assignedHub, etag } = (await registerOne(devices, 'dev-1')).registrationState;
    expect(await lookUp()).toMatchObject({
      status: 200,
      body: { registrationId: 'dev-1', assignedHub, status: 'assigned', substatus: 'initialAssignment', etag },
    });
  });

  it('is what the service API shows, of the group by which the device came in', async () => {
    const { etag, assignedHub } = (await registerOne(devices, 'dev-1')).registrationState;
    const dataPlane = createDataPlane(devices.dps, { now: () => NOW, random: (bytes) => new Uint8Array(bytes) });
    const url = new URL('https://localhost:1001/registrations/fleet/query?api-version=2021-10-01');
    const { body } = await dataPlane.handle({ method: 'POST', url, headers: {}, body: undefined });
    expect(body).toMatchObject([{ registrationId: 'dev-1', status: 'assigned', assignedHub, etag }]);
  });

  it('tells numbers as the device wrote them', async () => {
    enrollFleet(devices, {
      allocationPolicy: 'custom',
      customAllocationDefinition: { webhookUrl: 'https://contoso.example/', apiVersion: '2021-10-01' },
    });
    devices.answerWith({
      status: 200,
      body: '{"iotHubHostName":"hub-a.azure-devices.net","payload":{"serial":18446744073709551616}}',
    });
    await registerOne(devices, 'dev-1');
    expect(JSON.stringify(devices.dps.registrations.get('dev-1')?.state.payload)).toBe(
      '{"serial":18446744073709551616}',
    );
  });
});

it.each([
  ['a body for another device', { body: { registrationId: 'dev-2' } }, 400001],
  ['no body', {}, 400001],
  ['a body that is no object', { body: ['dev-1'] }, 400001],
  ['no api-version', { apiVersion: null }, 400001],
  ['an api-version that is none', { apiVersion: 'latest' }, 400001],
])('a registration with %s is refused', async (_, call, errorCode) => {
  const path = '/registrations/dev-1/register';
  expect(await devices.call('PUT', path, { ...fleetProof(devices, 'dev-1'), ...call })).toMatchObject({
    status: 400,
    headers: { 'x-ms-error-code': String(errorCode) },
    body: { errorCode, timestampUtc: NOW.toISOString() },
  });
});

it.each([
  ['an id that is none', 'PUT', '/registrations/-dev/register', 400001],
  ['an unknown path', 'GET', '/enrollments/dev-1', 404000],
  ['another method', 'DELETE', '/registrations/dev-1/register', 405000],
])('%s is refused', async (_, method, path, errorCode) => {
  expect(await devices.call(method, path, { body: {} })).toMatchObject({
    status: Math.floor(errorCode / 1000),
    body: { errorCode },
  });
});

it('an idScope that is nobody’s is refused as a device that is nobody’s', async () => {
  const foreign = { ...devices.dps, idScope: '0neFFFFFFFF' };
  const { authorization = '' } = fleetProof({ ...devices, dps: foreign }, 'dev-1');
  const body = { registrationId: 'dev-1' };
  expect(
    await devices.call('PUT', '/../0neFFFFFFFF/registrations/dev-1/register', { authorization, body }),
  ).toMatchObject({ status: 401, body: { errorCode: 401002, message: 'Unauthorized' } });
});

it('what goes wrong in the emulator fails the registration and is logged', async () => {
  enrollFleet(devices, {
    allocationPolicy: 'custom',
    customAllocationDefinition: { webhookUrl: 'https://contoso.example/?code=secret', apiVersion: '2021-10-01' },
  });
  devices.answerWith(() => Promise.reject(new Error('out of paper')));
  expect((await registerOne(devices, 'dev-1')).registrationState).toMatchObject({ errorCode: 500000 });
  expect(devices.logged).toStrictEqual([expect.stringContaining('out of paper')]);
  expect(devices.logged[0]).not.toContain('secret');
});
