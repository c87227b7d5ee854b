import { expect, it } from 'vitest';
import { buildDevices, type DevicesSetup, HUBS } from './build-devices.ts';
import { enrollFleet, registerOne } from './fleet-group.ts';

const [A = '', B = '', C = ''] = HUBS;

/** Where a thousand devices go: hub → number. */
async function spread(record: object, setup: DevicesSetup = {}): Promise<Record<string, number>> {
  const devices = buildDevices(setup);
  enrollFleet(devices, record);
  const count: Record<string, number> = {};
  for (let index = 0; index < 1000; index++) {
    const { registrationState } = await registerOne(devices, `dev-${index}`);
    const hub = String(registrationState.assignedHub);
    count[hub] = (count[hub] ?? 0) + 1;
  }
  return count;
}

it.each([
  ['geoLatency takes the first linked hub', { allocationPolicy: 'geoLatency' }, {}, A],
  [
    'geoLatency takes the first of the hubs that the enrollment names',
    { allocationPolicy: 'geoLatency', iotHubs: [C, B] },
    {},
    B,
  ],
  ['static takes the hub of the enrollment', { allocationPolicy: 'static', iotHubs: [C] }, {}, C],
  ['static takes the hub that an older enrollment names', { allocationPolicy: 'static', iotHubHostName: B }, {}, B],
  ['an enrollment without a policy has that of its DPS', {}, { allocationPolicy: 'GeoLatency' }, A],
  ['hashed gives a hub without weight nothing', { allocationPolicy: 'hashed' }, { weights: [0, 0, 1] }, C],
  ['a hub that the DPS is not linked to counts for nothing', { iotHubs: ['gone.azure-devices.net', B] }, {}, B],
] as const)('%s', async (_, record, setup, hub) => {
  const devices = buildDevices(setup);
  enrollFleet(devices, record);
  for (const id of ['dev-1', 'dev-2', 'dev-3', 'dev-4']) {
    expect((await registerOne(devices, id)).registrationState.assignedHub).toBe(hub);
  }
});

it('hashed spreads devices by the weights of the hubs', async () => {
  const count = await spread({}, { weights: [1, 2, 7] });
  expect(count[A]).toBeGreaterThan(60);
  expect(count[A]).toBeLessThan(140);
  expect(count[B]).toBeGreaterThan(140);
  expect(count[B]).toBeLessThan(260);
});

it('hashed spreads devices evenly over hubs that all weigh nothing', async () => {
  const count = await spread({ iotHubs: [A, C] }, { weights: [0, 0, 0] });
  expect(Object.keys(count).sort()).toStrictEqual([A, C]);
  expect(count[A]).toBeGreaterThan(400);
  expect(count[C]).toBeGreaterThan(400);
});

it('hashed is the same for a device every time, in whatever case it spells its id', async () => {
  const [one, other] = [buildDevices(), buildDevices()];
  for (const devices of [one, other]) enrollFleet(devices);
  for (let index = 0; index < 20; index++) {
    const { registrationState } = await registerOne(one, `dev-${index}`);
    const again = await registerOne(other, `DEV-${index}`);
    expect(again.registrationState.assignedHub).toBe(registrationState.assignedHub);
  }
});

it('a registration fails where no hub is left', async () => {
  const devices = buildDevices();
  enrollFleet(devices, { iotHubs: ['gone.azure-devices.net'] });
  expect(await registerOne(devices, 'dev-1')).toMatchObject({
    status: 'failed',
    registrationState: { status: 'failed', errorCode: 400000, errorMessage: expect.stringContaining('dps-1') },
  });
});
