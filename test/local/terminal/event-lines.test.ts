import { describe, expect, it } from 'vitest';
import { describeEvent } from '../../../local/terminal/describe-event.ts';
import { eventLines } from '../../../local/terminal/event-lines.ts';
import { createNameOf } from '../../../local/terminal/name-of.ts';
import { type Paint, plain } from '../../../local/terminal/paint.ts';
import type { LifecycleEvent } from '../../../shared/events.ts';

const VAULT = 'https://localhost:4431';
const DPS = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/provisioningServices/dps-fleet';
const THUMBPRINT = '67519B0A876FD6F9BAFA12860467512022B70F63';
const ENTRY = `plant-a-ca-${THUMBPRINT}`;
const RENEWAL = { renewalId: 'm1', ca: 'plant-a-ca', vault: VAULT };
const context = {
  nameOf: createNameOf({
    keyVaults: [{ name: 'kv-fleet', url: VAULT }],
    provisioningServices: [
      {
        name: 'dps-fleet',
        resourceId: DPS,
        serviceOperationsHostName: '',
        deviceProvisioningHostName: '',
        idScope: '',
        sharedAccessKeyName: '',
        sharedAccessKey: '',
      },
    ],
  }),
  now: new Date('2026-11-21T00:00:00Z'),
};
const SCAN = {
  event: 'scan_completed',
  managed: 2,
  renewing: [{ vault: VAULT, ca: 'plant-a-ca' }],
  mode: 'enforce',
  waiting: 1,
  refused: 0,
  unmanaged: 1,
  due: [],
  failures: [],
  durationMs: 116,
} as const;

const DEVICE = {
  event: 'device_allocated',
  registrationId: 'pump-1',
  enrollment: 'line-1',
  kind: 'group',
  hub: 'hub-a.azure-devices.net',
  rule: 'default',
} as const;

function linesOf(event: LifecycleEvent): string[] {
  return eventLines(describeEvent(event, context), '+0.30 s', plain);
}

const EVENTS: [LifecycleEvent, string[]][] = [
  [
    { ...SCAN, mode: 'plan', unmanaged: 0 },
    [
      '  +0.30 s  scanned    2 managed: plant-a-ca to renew, 1 waiting',
      '                      MODE=plan: nothing is queued, nothing will be written.',
    ],
  ],
  [SCAN, ['  +0.30 s  scanned    2 managed: plant-a-ca to renew, 1 waiting; 1 unmanaged']],
  [
    { ...SCAN, renewing: [], refused: 1, unmanaged: 0, failures: [{ target: `${VAULT}/x`, message: 'it is down' }] },
    [
      '  +0.30 s  scanned    2 managed: nothing to renew, 1 waiting, 1 refused',
      '                      kv-fleet/x: it is down',
    ],
  ],
  [
    {
      event: 'certificate_unmanaged',
      dps: DPS,
      entry: 'partner',
      thumbprint: THUMBPRINT,
      notAfter: '2026-12-21T00:00:00Z',
    },
    [
      '  +0.30 s  unmanaged  partner in dps-fleet, 30 days left',
      '                      In no configured vault: reported, and never touched.',
    ],
  ],
  [
    { event: 'certificate_requested', ...RENEWAL, step: 'request', reason: 'window-open', key: 'new' },
    [
      '  +0.30 s  requested  plant-a-ca: a new key and its CSR in kv-fleet',
      '                      The newest generation has entered its renewal window.',
    ],
  ],
  [
    {
      event: 'certificate_issued',
      ...RENEWAL,
      step: 'issue',
      reason: 'request-pending',
      thumbprint: THUMBPRINT,
      notAfter: '2028-11-20T21:23:40.000Z',
      issuer: 'fleet-root',
    },
    [
      '  +0.30 s  issued     plant-a-ca 67519B0A… signed by fleet-root, until',
      '                      2028-11-20',
      '                      A certification request of ours waits for its certificate.',
    ],
  ],
  [
    {
      event: 'certificate_uploaded',
      ...RENEWAL,
      step: 'upload',
      reason: 'entry-missing',
      dps: DPS,
      entry: ENTRY,
      thumbprint: THUMBPRINT,
    },
    [
      '  +0.30 s  uploaded   plant-a-ca-67519B0A… to dps-fleet',
      '                      The DPS holds an older generation of this CA, but not the',
      '                      newest.',
    ],
  ],
  [
    {
      event: 'possession_proven',
      ...RENEWAL,
      step: 'prove',
      reason: 'entry-unverified',
      dps: DPS,
      entry: ENTRY,
      thumbprint: THUMBPRINT,
    },
    [
      '  +0.30 s  proven     plant-a-ca-67519B0A…: verified by dps-fleet',
      '                      The entry of the newest generation still lacks its proof',
      '                      of possession.',
    ],
  ],
  [
    {
      event: 'enrollment_moved',
      ...RENEWAL,
      step: 'move',
      reason: 'reference-behind',
      dps: DPS,
      enrollment: 'line-1',
      kind: 'group',
      thumbprint: THUMBPRINT,
    },
    [
      '  +0.30 s  moved      group line-1 in dps-fleet: to 67519B0A…',
      '                      An enrollment refers to an older version of this CA, but',
      '                      not to the newest generation.',
    ],
  ],
  [
    {
      event: 'enrollment_moved',
      ...RENEWAL,
      step: 'retire',
      reason: 'overlap-over',
      dps: DPS,
      enrollment: 'press-of-the-third-line-in-plant-a',
      kind: 'individual',
      thumbprint: THUMBPRINT,
    },
    [
      '  +0.30 s  released   individual press-of-the-third-line-in-pl… in dps-fleet:',
      '                      rid of an older version',
      '                      The overlap is over, and RETIRE=overlap asks for nothing',
      '                      more: the older version goes.',
    ],
  ],
  [
    {
      event: 'certificate_trusted',
      ca: RENEWAL.ca,
      vault: VAULT,
      version: 'f'.repeat(32),
      thumbprint: THUMBPRINT,
      notAfter: '2028-11-20T21:23:40.000Z',
    },
    [
      '  +0.30 s  trusted    plant-a-ca 67519B0A…, until 2028-11-20',
      '                      In place wherever an older version is. Devices may be',
      '                      given certificates of it now.',
    ],
  ],
  [
    {
      event: 'certificate_retired',
      ...RENEWAL,
      step: 'retire',
      reason: 'older-expired',
      dps: DPS,
      entry: ENTRY,
      thumbprint: THUMBPRINT,
    },
    [
      '  +0.30 s  retired    plant-a-ca-67519B0A… from dps-fleet',
      '                      The overlap is over, and the older version expired more',
      '                      than an hour ago: it goes.',
    ],
  ],
  [
    {
      event: 'certificate_retired',
      ...RENEWAL,
      step: 'retire',
      reason: 'devices-moved',
      dps: DPS,
      entry: ENTRY,
      thumbprint: THUMBPRINT,
      evidence: { moved: 18, old: 0, unknown: 0 },
    },
    [
      '  +0.30 s  retired    plant-a-ca-67519B0A… from dps-fleet',
      '                      The overlap is over, and every device has registered under',
      '                      a newer version: the older one goes.',
      '                      Proved of 18 devices; none is left.',
    ],
  ],
  [
    {
      event: 'renewal_settled',
      ...RENEWAL,
      steps: [],
      waits: [{ lane: DPS, reason: 'devices-left', detail: '1 enrollment: line-1; devices: 2 moved, 1 old (pump-3)' }],
      thumbprint: THUMBPRINT,
      notAfter: '2028-11-20T21:23:40.000Z',
      durationMs: 92,
    },
    [
      '  +0.30 s  settled    plant-a-ca 67519B0A…: nothing was left to do',
      '                      dps-fleet: Some device is proved to depend on the older',
      '                      version still (1 enrollment: line-1; devices: 2 moved, 1',
      '                      old (pump-3)).',
    ],
  ],
  [
    {
      event: 'renewal_settled',
      ...RENEWAL,
      steps: ['request', 'issue'],
      waits: [
        { lane: 'vault', reason: 'not-due', until: '2028-06-27T21:23:40.000Z' },
        { lane: DPS, reason: 'settled' },
      ],
      thumbprint: THUMBPRINT,
      notAfter: '2028-11-20T21:23:40.000Z',
      durationMs: 92,
    },
    [
      '  +0.30 s  settled    plant-a-ca 67519B0A…: request, issue',
      '                      vault: The renewal window of the newest generation has not',
      '                      opened yet. Next: 2028-06-27.',
      '                      dps-fleet: The newest generation is in this DPS and',
      '                      verified.',
    ],
  ],
  [
    { event: 'renewal_refused', ...RENEWAL, dps: DPS, reason: 'no-free-slot', message: 'The DPS is full. (25 of 25)' },
    [
      '  +0.30 s  refused    plant-a-ca in dps-fleet: no-free-slot',
      '                      The DPS is full. (25 of 25)',
    ],
  ],
  [
    { event: 'renewal_abandoned', message: 'Given up after 5 attempts.' },
    ['  +0.30 s  given up   a message', '                      Given up after 5 attempts.'],
  ],
  [DEVICE, ['  +0.30 s  allocated  pump-1 to hub-a.azure-devices.net']],
  [{ ...DEVICE, from: DEVICE.hub }, ['  +0.30 s  allocated  pump-1 to hub-a.azure-devices.net']],
  [
    { ...DEVICE, from: 'hub-b.azure-devices.net', weights: 'stale' },
    [
      '  +0.30 s  allocated  pump-1 to hub-a.azure-devices.net from',
      '                      hub-b.azure-devices.net',
      '                      No scan has read the weights of the hubs for a week: all',
      '                      have the weight 1.',
    ],
  ],
  [
    { event: 'allocation_denied', registrationId: 'pump-1', reason: 'rule-denied', message: 'Recalled.' },
    ['  +0.30 s  denied     pump-1: rule-denied', '                      Recalled.'],
  ],
  [
    { event: 'allocation_denied', reason: 'malformed-request', message: 'No body.' },
    ['  +0.30 s  denied     a request: malformed-request', '                      No body.'],
  ],
  [
    { event: 'attestation_lost', registrationId: 'pump-1', reason: 'attempts-exhausted', message: 'Five times.' },
    ['  +0.30 s  lost       evidence of pump-1', '                      Five times.'],
  ],
  [
    { event: 'attestation_lost', reason: 'malformed-message', message: 'No kind.' },
    ['  +0.30 s  lost       evidence of a message', '                      No kind.'],
  ],
  [
    { event: 'settings_invalid', faults: ['KEY_VAULT_URLS is missing', 'MODE: no'] },
    [
      '  +0.30 s  settings   not usable as they are',
      '                      KEY_VAULT_URLS is missing',
      '                      MODE: no',
    ],
  ],
];

describe('an event as lines', () => {
  it.each(EVENTS)('$event: when, what, to what, and why, within 80 columns', (event, lines) => {
    expect(linesOf(event)).toStrictEqual(lines);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows an event that it does not know by name and payload', () => {
    const unknown = { event: 'device_welcomed', ca: 'x' } as unknown as LifecycleEvent;
    expect(linesOf(unknown)).toStrictEqual(['  +0.30 s  device_welcomed', '                      {"ca":"x"}']);
  });

  it.each([
    ['green', SCAN],
    ['red', { ...SCAN, managed: 0 }],
    ['red', { event: 'settings_invalid', faults: [] }],
    ['yellow', { event: 'certificate_unmanaged', dps: DPS, entry: 'e', thumbprint: THUMBPRINT, notAfter: undefined }],
  ] as [string, LifecycleEvent][])('is %s if it should be', (colour, event) => {
    const styles: string[] = [];
    const record: Paint = (style, text) => {
      styles.push(String(style));
      return text;
    };
    eventLines(describeEvent(event, context), '', record);
    expect(styles).toContain(colour);
  });
});
