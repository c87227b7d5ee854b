import { beforeEach, describe, expect, it } from 'vitest';
import { plantEntry, trusting } from '../enrollments/build-data-plane.ts';
import { allocated, buildCertificate, buildDevices, type DevicesUnderTest, HUBS, NOW } from './build-devices.ts';
import { enrollFleet, registerOne } from './fleet-group.ts';

const [A = '', B = '', C = ''] = HUBS;
const TWIN = { tags: { from: 'enrollment' } };
const MIGRATE = { reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true } };
const RESET = { reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: false } };
const NEVER = { reprovisionPolicy: { updateHubAssignment: false, migrateDeviceData: false } };

let devices: DevicesUnderTest;

beforeEach(() => {
  devices = buildDevices();
});

function enroll(hub: string, record: object, tags = 'enrollment'): void {
  enrollFleet(devices, {
    allocationPolicy: 'static',
    iotHubs: [hub],
    initialTwin: { tags: { from: tags } },
    ...record,
  });
}

/** Where the hubs have a device, and with which twin. */
function whereabouts(deviceId: string): object[] {
  return HUBS.flatMap((hub) => {
    const device = devices.hubs.get(hub, deviceId);
    return device ? [{ hub, twin: device.initialTwin }] : [];
  });
}

describe('a device that registers again', () => {
  it('was assigned initially, once', async () => {
    enroll(A, {});
    const { registrationState } = await registerOne(devices, 'dev-1');
    expect(registrationState).toStrictEqual({
      symmetricKey: { enrollmentGroupId: 'fleet' },
      registrationId: 'dev-1',
      createdDateTimeUtc: '2022-05-03T17:50:03.5000000Z',
      assignedHub: A,
      deviceId: 'dev-1',
      status: 'assigned',
      substatus: 'initialAssignment',
      lastUpdatedDateTimeUtc: '2022-05-03T17:50:03.5000000Z',
      etag: devices.dps.registrations.get('dev-1')?.etag,
    });
    expect(whereabouts('dev-1')).toStrictEqual([{ hub: A, twin: TWIN }]);
  });

  it('stays on its hub with its twin if that is where it belongs, and its record is younger', async () => {
    enroll(A, RESET);
    const first = await registerOne(devices, 'dev-1');
    enroll(A, RESET, 'another');
    devices.setNow(new Date(NOW.getTime() + 60_000));
    const second = await registerOne(devices, 'dev-1');
    expect(second.registrationState).toMatchObject({
      substatus: 'reprovisionedToInitialAssignment',
      createdDateTimeUtc: first.registrationState.createdDateTimeUtc,
      lastUpdatedDateTimeUtc: '2022-05-03T17:51:03.5000000Z',
    });
    expect(second.registrationState.etag).not.toBe(first.registrationState.etag);
    expect(whereabouts('dev-1')).toStrictEqual([{ hub: A, twin: TWIN }]);
  });

  it.each([
    ['takes its twin along', 'where that is migrated', MIGRATE, 'deviceDataMigrated', 'enrollment'],
    ['takes its twin along', 'where nothing is said', {}, 'deviceDataMigrated', 'enrollment'],
    ['has a fresh twin', 'where it is reset', RESET, 'deviceDataReset', 'another'],
  ])('%s to another hub %s', async (_, __, policy, substatus, tags) => {
    enroll(A, policy);
    await registerOne(devices, 'dev-1');
    enroll(B, policy, 'another');
    expect((await registerOne(devices, 'dev-1')).registrationState).toMatchObject({ assignedHub: B, substatus });
    expect(whereabouts('dev-1')).toStrictEqual([{ hub: B, twin: { tags: { from: tags } } }]);
  });

  it('stays where it is if it must never be reprovisioned', async () => {
    enroll(A, NEVER);
    await registerOne(devices, 'dev-1');
    enroll(B, NEVER);
    expect((await registerOne(devices, 'dev-1')).registrationState.assignedHub).toBe(A);
    expect((await registerOne(devices, 'dev-2')).registrationState.assignedHub).toBe(B);
  });

  it('begins anew once its registration was deleted', async () => {
    enroll(A, NEVER);
    await registerOne(devices, 'dev-1');
    devices.dps.registrations.delete('dev-1');
    enroll(B, NEVER);
    const { registrationState } = await registerOne(devices, 'dev-1');
    expect(registrationState).toMatchObject({ assignedHub: B, substatus: 'initialAssignment' });
  });
});

describe('custom allocation of a device that registers again', () => {
  const custom = (record: object) => ({
    ...record,
    allocationPolicy: 'custom',
    iotHubs: HUBS,
    customAllocationDefinition: { webhookUrl: 'https://contoso.example/', apiVersion: '2021-10-01' },
  });

  it('asks the webhook all the same if it must never be reprovisioned, with its hub for the only one', async () => {
    enroll(A, custom(NEVER));
    devices.answerWith(allocated(C), allocated(C, { payload: { n: 2 } }), allocated(B));
    await registerOne(devices, 'dev-1');
    const second = await registerOne(devices, 'dev-1');
    expect(second.registrationState).toMatchObject({ assignedHub: C, payload: { n: 2 } });
    expect(devices.webhookCalls.map(({ body }) => body.linkedHubs)).toStrictEqual([HUBS, [C]]);
    expect((await registerOne(devices, 'dev-1')).registrationState).toMatchObject({ errorCode: 400207 });
    expect(whereabouts('dev-1')).toMatchObject([{ hub: C }]);
  });

  it('takes its initial twin when the device is reset', async () => {
    enroll(A, custom(RESET));
    const twin = (from: string) => ({ initialTwin: { tags: { from } } });
    devices.answerWith(allocated(A, twin('first')), allocated(A, twin('ignored')), allocated(B, twin('second')));
    for (const expected of [
      { hub: A, twin: twin('first').initialTwin },
      { hub: A, twin: twin('first').initialTwin },
      { hub: B, twin: twin('second').initialTwin },
    ]) {
      await registerOne(devices, 'dev-1');
      expect(whereabouts('dev-1')).toStrictEqual([expected]);
    }
  });

  it('fails without losing what was known of the device', async () => {
    enroll(A, custom({}));
    devices.answerWith(allocated(B), { status: 403, body: '' }, allocated(B));
    await registerOne(devices, 'dev-1');
    const { status, registrationState } = await registerOne(devices, 'dev-1');
    expect(status).toBe('failed');
    expect(registrationState).toMatchObject({ status: 'failed', assignedHub: B, deviceId: 'dev-1', errorCode: 400207 });
    expect((await registerOne(devices, 'dev-1')).registrationState).not.toHaveProperty('errorCode');
    expect(devices.webhookCalls[2]?.body.deviceRuntimeContext).toMatchObject({ currentIotHubHostName: B });
  });
});

it('the hub knows a device by its present certificate, whatever CA issued that', async () => {
  const [old, young] = [await buildCertificate({ subject: 'CN=Old' }), await buildCertificate({ subject: 'CN=Young' })];
  plantEntry(devices.dps, 'old', old);
  plantEntry(devices.dps, 'young', young);
  devices.enroll('group', 'g', { ...trusting('young', 'old'), allocationPolicy: 'static', iotHubs: [A] });
  const thumbprints: string[] = [];
  for (const issuer of [old, young]) {
    const leaf = await buildCertificate({ subject: 'CN=dev-1', issuer, ca: false });
    await devices.register('dev-1', { certificates: [leaf] });
    const authentication = devices.hubs.get(A, 'dev-1')?.authentication;
    if (authentication?.type !== 'selfSigned') throw new Error('The hub does not know its certificate');
    const { primaryThumbprint, secondaryThumbprint } = authentication.x509Thumbprint;
    expect(primaryThumbprint).toMatch(/^[0-9A-F]{64}$/);
    expect(secondaryThumbprint).toBe(primaryThumbprint);
    thumbprints.push(primaryThumbprint);
  }
  expect(new Set(thumbprints).size).toBe(2);
  expect(devices.hubs.list(A)).toHaveLength(1);
});
