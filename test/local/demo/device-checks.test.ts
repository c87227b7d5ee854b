import { describe, expect, it } from 'vitest';
import { checkDevices, type DeviceEvidence } from '../../../local/demo/device-checks.ts';
import type { Device } from '../../../local/demo/devices.ts';
import { issueDeviceCertificate } from '../../../local/demo/issue-device-certificate.ts';
import type { Registration } from '../../../local/demo/read-registrations.ts';
import { candidateOf, chooseHub } from '../../../shared/allocation/rendezvous.ts';
import { issuerOf, NOW, renewedFleet } from './fleet-builders.ts';

const { old, fresh, renewed, after } = await renewedFleet();
const HUBS = [
  { name: 'west', weight: 2 },
  { name: 'north', weight: 1 },
  { name: 'south', weight: 1 },
];
const DEVICES = Array.from({ length: 24 }, (_, index): Device => {
  return { registrationId: `d${index}`, dps: 'dps-fleet', enrollment: 'line-a', kind: 'group' };
});
const CALLS = { resourceManager: 1, keyVault: 2, enrollments: 3, total: 6, challenges: 0, tokenRequests: 0 };

/** Each device where its name and these weights put it. */
function registrations(time: string, weights = [2, 1, 1]): Registration[] {
  const candidates = HUBS.map(({ name }, index) => candidateOf(name, weights[index] ?? 0));
  return DEVICES.map(({ registrationId, dps }) => {
    const hub = chooseHub(registrationId, candidates);
    return { registrationId, dps, status: 'assigned', hub, lastUpdated: new Date(`2026-11-21T${time}Z`) };
  });
}

/** The last registrations, with that of one device changed, or gone if `change` is undefined. */
function last(id: string, change: Partial<Registration> | undefined): Registration[] {
  return registrations('11:00:00').flatMap((each) => {
    if (each.registrationId !== id) return each;
    return change === undefined ? [] : { ...each, ...change };
  });
}

const certificates = new Map(
  await Promise.all(
    DEVICES.map(async ({ registrationId: id }) => {
      return [id, await issueDeviceCertificate(id, issuerOf(fresh), NOW)] as const;
    }),
  ),
);
const underOld = await issueDeviceCertificate('d7', issuerOf(old), NOW);
const straggler = {
  registrationId: 'd23',
  enrollment: 'line-a',
  fleet: renewed,
  waits: [
    { reason: 'not-due' },
    { reason: 'devices-left', detail: '1 enrollment: line-a; devices: 23 moved, 1 old, 0 unknown (d23)' },
  ],
};

function evidence(changes: Partial<DeviceEvidence> = {}): DeviceEvidence {
  return {
    devices: DEVICES,
    hubs: HUBS,
    old: old.generation,
    fresh: fresh.generation,
    first: registrations('10:00:00'),
    last: registrations('11:00:00'),
    certificates,
    straggler,
    refusal: 'NotConnectedError: CA certificate not found.',
    calls: [{ scan: CALLS, renewal: { ...CALLS, total: 0 } }],
    ...changes,
  };
}

function faultsOf(of: DeviceEvidence): string[] {
  return checkDevices(of).flatMap(({ fault }) => fault ?? []);
}

const HUB = registrations('10:00:00').find(({ registrationId }) => registrationId === 'd3')?.hub;
const NEW_HUB = `d3 was on ${HUB} and is on `;
const WRONG: [string, Partial<DeviceEvidence>, (string | RegExp)[]][] = [
  [
    'a device that is not there',
    { last: last('d3', undefined) },
    ['d3 is not registered with dps-fleet', NEW_HUB, 'd3 has not come again'],
  ],
  ['a device whose registration failed', { last: last('d3', { status: 'failed' }) }, ['d3 is failed']],
  [
    'a device without a hub',
    { last: last('d3', { hub: undefined }) },
    ['d3 is assigned', `d3 is on undefined, not on ${HUB}`, NEW_HUB],
  ],
  ['a device in another DPS', { last: last('d3', { dps: 'other' }) }, ['d3 is registered with other, and should not']],
  [
    'a device that nobody knows',
    { last: last('d3', { registrationId: 'x' }) },
    [/^x is registered/, /^x is on/, NEW_HUB, 'd3 has not'],
  ],
  [
    'a device that is there twice',
    { last: [...registrations('11:00:00'), ...registrations('11:00:00').slice(0, 1)] },
    ['d0 is registered twice'],
  ],
  [
    'a hub that is not linked',
    { last: last('d3', { hub: 'east' }) },
    [`d3 is on east, not on ${HUB}`, `${NEW_HUB}east`],
  ],
  [
    'devices allocated without regard to the weights',
    { first: registrations('10:00:00', [1, 1, 1]), last: registrations('11:00:00', [1, 1, 1]) },
    [/^d\d+ is on (north|south), not on west$/],
  ],
  [
    'a device that has come to its hub only now',
    {
      first: registrations('10:00:00').map((each) => (each.registrationId === 'd3' ? { ...each, hub: 'east' } : each)),
    },
    [`d3 was on east and is on ${HUB}`],
  ],
  [
    'a device with a certificate of the old CA',
    { certificates: new Map([...certificates, ['d7', underOld]]) },
    [/^the key of [0-9A-F]{40} does not verify the certificate of d7$/],
  ],
  ['a device without a certificate', { certificates: new Map() }, ['does not verify the certificate of d0']],
  [
    'a device that has not registered again',
    { last: last('d7', { lastUpdated: new Date('2026-11-21T10:00:00Z') }) },
    ['d7 has not come again since it has it'],
  ],
  [
    'the old entry gone before the straggler moved',
    { straggler: { ...straggler, fleet: after } },
    [/^no verified entry held [0-9A-F]{40} any more$/],
  ],
  [
    "the old CA gone from the straggler's group",
    { straggler: { ...straggler, fleet: { ...renewed, enrollments: after.enrollments } } },
    ['line-a did not refer to'],
  ],
  [
    'an app that named another device',
    { straggler: { ...straggler, registrationId: 'd9' } },
    [/^it said not-due \(undefined\); devices-left \(.*\(d23\)\)$/],
  ],
  [
    'an app that waited for another reason',
    { straggler: { ...straggler, waits: [{ reason: 'evidence-unavailable', detail: 'd23' }] } },
    ['it said evidence-unavailable (d23)'],
  ],
  ['an app that said nothing', { straggler: { ...straggler, waits: [] } }, ['it said nothing']],
  ['a certificate of the old CA that still does', { refusal: undefined }, ['DPS has let it in']],
  ['a refusal for another reason', { refusal: 'Error: connect ECONNREFUSED' }, ['for another reason: Error: connect']],
  [
    'a scan of too many calls',
    { calls: [{ scan: { ...CALLS, total: 31 }, renewal: CALLS }] },
    ['a scan took 31 calls'],
  ],
  [
    'a renewal of too many calls',
    { calls: [evidence().calls, [{ scan: CALLS, renewal: { ...CALLS, total: 61 } }]].flat() },
    ['a renewal took 61 calls'],
  ],
  ['calls that nobody counted', { calls: [] }, ['no call was counted']],
];

describe('checkDevices', () => {
  it('finds nothing wrong with devices as they should be', () => {
    expect(faultsOf(evidence())).toStrictEqual([]);
    expect(checkDevices(evidence())).toHaveLength(7);
  });

  it.each(WRONG)('finds %s', (_, changes, faults) => {
    const found = faultsOf(evidence(changes));
    expect(found).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries()) expect(found[index]).toMatch(fault);
  });
});
