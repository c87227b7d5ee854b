import type { PlannedEntry } from '../../../shared/operations/planned.ts';
import type { Happening, Snapshot } from '../../../shared/operations/snapshot.ts';
import type { StatusReport } from '../../../shared/status/status-report.ts';
import {
  type BuiltCa,
  builtCa,
  type CaGiven,
  dpsOf,
  inDays,
  reportOf,
  snapshotOf,
  thumbprintOf,
  VAULT,
} from './snapshot-builders.ts';

const KV_ROOT = 'https://kv-root.vault.azure.net';

const DUE: CaGiven = {
  lives: [[-670, 60]],
  step: {
    step: 'request',
    reason: 'window-open',
    explanation: 'The newest generation has entered its renewal window.',
  },
};
const WAITING_CSR: CaGiven = {
  lives: [[-700, 30]],
  obstacle: {
    reason: 'external-signature',
    message: 'The certification request waits for somebody else to sign it and merge the certificate. (request 7f2c)',
    csr: Buffer.from('certification request '.repeat(20)).toString('base64'),
  },
};

function stranger(name: string, days: number): PlannedEntry {
  return {
    name,
    thumbprint: thumbprintOf(name, 0),
    isVerified: true,
    notBefore: undefined,
    notAfter: inDays(days),
    standing: 'unmanaged',
    ca: undefined,
    generation: undefined,
    key: undefined,
    windowOpens: undefined,
    references: { count: 3, embedded: 0, examples: [], isComplete: true },
    next: undefined,
  };
}

/** A fleet in the middle of everything: due, moving, retiring, in the way, unmanaged. */
export function busy(): Snapshot {
  const cas = [
    builtCa({
      name: 'plant-a-ca',
      lives: [
        [-12, 718],
        [-690, 40],
      ],
      toMove: 5,
      enrollments: 14,
      devices: { moved: 412, old: 7, unknown: 23 },
    }),
    builtCa({ name: 'plant-b-ca', dps: ['dps-fleet', 'dps-emea'], ...DUE }),
    builtCa({ name: 'plant-c-ca', ...WAITING_CSR }),
    builtCa({
      name: 'plant-d-ca',
      dps: ['dps-emea'],
      lives: [
        [-200, 530],
        [-800, 12],
      ],
    }),
    builtCa({ name: 'press-line-intermediate-with-a-rather-long-name-ca' }),
    builtCa({ name: 'fleet-root', dps: [], lives: [[-1500, 5_800]] }),
    builtCa({
      name: 'paused-ca',
      step: { reason: 'paused', explanation: 'The tag paused=true is set: nothing is done for this CA.' },
    }),
  ];
  const snapshot = snapshotOf(cas);
  const history: Happening[] = [
    {
      at: inDays(-0.1),
      event: 'renewal_refused',
      ca: 'plant-c-ca',
      vault: VAULT,
      reason: 'forbidden',
      message: `The vault or DPS does not permit it (${VAULT}: 403)`,
    },
    {
      at: inDays(-11.9),
      event: 'possession_proven',
      ca: 'plant-a-ca',
      vault: VAULT,
      dps: dpsOf('dps-fleet'),
      thumbprint: thumbprintOf('plant-a-ca', 0),
      reason: 'entry-unverified',
    },
    {
      at: inDays(-12),
      event: 'certificate_issued',
      ca: 'plant-a-ca',
      vault: VAULT,
      thumbprint: thumbprintOf('plant-a-ca', 0),
      notAfter: inDays(718),
      reason: 'request-pending',
    },
    {
      at: inDays(-130),
      event: 'certificate_retired',
      ca: 'plant-d-ca',
      vault: VAULT,
      dps: dpsOf('dps-emea'),
      thumbprint: thumbprintOf('plant-d-ca', 2),
      reason: 'older-expired',
    },
  ];
  return {
    ...snapshot,
    provisioningServices: [
      ...snapshot.provisioningServices.map((service) =>
        service.kind === 'read' && service.name === 'dps-fleet'
          ? { ...service, entries: [...service.entries, stranger('legacy-partner-ca', 23), stranger('test-2019', -90)] }
          : service,
      ),
      { kind: 'unreadable', id: dpsOf('dps-apac'), name: 'dps-apac', detail: 'connection lost' },
    ],
    unmanagedCas: [
      {
        ca: { vaultUrl: KV_ROOT, name: 'partner-root' },
        thumbprint: thumbprintOf('p', 0),
        notBefore: inDays(-900),
        notAfter: inDays(2_750),
        key: 'RSA 4096',
        issuerOf: [{ vaultUrl: VAULT, name: 'plant-d-ca' }],
      },
    ],
    obstacles: [
      ...snapshot.obstacles,
      {
        severity: 'note',
        reason: 'no-free-slot',
        ca: { vaultUrl: VAULT, name: 'plant-b-ca' },
        dps: dpsOf('dps-emea'),
        message: 'When this CA is due: The DPS holds as many CA certificates as it can. (25 in use)',
      },
    ],
    failures: [{ target: dpsOf('dps-apac'), message: 'Cannot read the DPS dps-apac: connection lost' }],
    missingPermissions: [
      {
        permission: 'Microsoft.Devices/provisioningServices/certificates/verify/action',
        target: dpsOf('dps-emea'),
        message: 'Cannot verify: 403 Caller is not authorized',
      },
    ],
    history,
  };
}

/** What only acting shows, a CA that could not be looked at, one that was rolled back, and one that is not there yet. */
export function stopped(): Snapshot {
  const denied = {
    reason: 'forbidden',
    dps: dpsOf('dps-fleet'),
    message: `The vault or DPS does not permit it (Cannot verify in ${dpsOf('dps-fleet')}: 403)`,
    metAt: inDays(-0.1),
  } as const;
  const failed = {
    lane: 'vault',
    step: 'unknown',
    reason: undefined,
    explanation: 'What matters could not be read; the next scan tries again.',
    detail: `Cannot read '${VAULT}/certificates/plant-b-ca': connection lost`,
  } as const;
  const unlooked = builtCa({ name: 'plant-b-ca' });
  const cas = [
    builtCa({ obstacle: denied, step: { step: 'request', reason: 'window-open', explanation: 'It is due.' } }),
    { ...unlooked, ca: { ...unlooked.ca, issuer: undefined, next: [failed] } },
    builtCa({
      name: 'plant-c-ca',
      step: { reason: 'rolled-back', explanation: 'The newest version is disabled in the vault.' },
      obstacle: { reason: 'rolled-back', message: 'The newest version is disabled in the vault.' },
    }),
  ];
  const snapshot = snapshotOf(cas);
  const missing = { ca: { vaultUrl: VAULT, name: 'plant-a-ca' }, thumbprint: thumbprintOf('plant-a-ca', 0) };
  const next = { lane: dpsOf('dps-fleet'), step: 'upload', reason: 'entry-missing', explanation: 'Not here.' } as const;
  return {
    ...snapshot,
    provisioningServices: snapshot.provisioningServices.map((service) =>
      service.kind === 'read' ? { ...service, missing: [{ ...missing, next }] } : service,
    ),
    scan: { ...snapshot.scan, failures: [{ target: 'status', message: 'read-only' }] },
    history: [
      {
        at: inDays(-0.1),
        event: 'renewal_abandoned',
        ca: 'plant-a-ca',
        vault: VAULT,
        message: 'The renewal failed as often as the queue allows.',
      },
    ],
  };
}

/** 250 CAs in ten provisioning services, three years of monthly generations each. */
export function crowd(): Snapshot {
  const cas = Array.from({ length: 250 }, (_, index): BuiltCa => {
    const name = `plant-${String(index + 1).padStart(3, '0')}-ca`;
    const dps = [`dps-${(index % 10) + 1}`];
    if (index % 50 === 7) return builtCa({ name, dps, ...WAITING_CSR });
    if (index % 25 === 3) return builtCa({ name, dps, ...DUE });
    const begun = -(index % 28);
    const lives = Array.from({ length: 36 }, (_, age) => [begun - age * 30, begun - age * 30 + 60] as const);
    const built = builtCa({ name, dps, lives });
    return { ...built, ca: { ...built.ca, generations: built.ca.generations.slice(0, 8) } };
  });
  return snapshotOf(cas);
}

/** Every kind of page that there is, by name; those first that differ most. */
export const REPORTS: Readonly<Record<string, () => StatusReport>> = {
  busy: () =>
    reportOf(busy(), {
      settings: [
        {
          fault: "SCAN_SCHEDULE: 'hourly' is not an NCRONTAB expression; scanning hourly instead ('0 0 * * * *')",
          effect: 'default',
        },
      ],
    }),
  empty: () => reportOf(undefined),
  'nothing-managed': () =>
    reportOf(
      snapshotOf([], {
        verdict: 'attention',
        obstacles: [
          {
            severity: 'attention',
            reason: 'nothing-managed',
            message: 'No DPS holds a version of a CA in a vault, by thumbprint, and no CA is tagged dps',
          },
        ],
      }),
    ),
  one: () => reportOf(snapshotOf([builtCa()])),
  crowd: () => reportOf(crowd()),
  faulty: () =>
    reportOf(snapshotOf([builtCa()]), {
      settings: [
        { fault: 'KEY_VAULT_URLS is missing', effect: 'nothing-runs' },
        { fault: 'OVERLAP: a text of 44 characters is not an ISO 8601 duration', effect: 'nothing-runs' },
      ],
    }),
  blind: () => {
    const failures = [{ target: VAULT, message: 'Cannot list the vault: connection lost' }];
    return reportOf({ ...busy(), blind: { at: inDays(-0.01), failures } });
  },
  overdue: () => reportOf(snapshotOf([builtCa()]), { overdueAt: inDays(-0.2) }),
  plan: () => {
    const snapshot = snapshotOf([builtCa(DUE), builtCa({ name: 'plant-b-ca' })], { verdict: 'due' });
    return reportOf({ ...snapshot, scan: { ...snapshot.scan, mode: 'plan' } });
  },
  filtered: () => reportOf(crowd(), { filter: { dps: 'dps-8', state: 'attention' } }),
  stopped: () => reportOf(stopped()),
};
