import type { Plan, PlannedCa, PlannedEntry } from '../../../shared/operations/planned.ts';

/** When the plans of these tests were made. */
export const NOW = new Date('2026-11-22T08:00:00Z');
export const DPS = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Devices/provisioningServices/dps-fleet';
export const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
export const OLD = 'A'.repeat(40);
export const NEW = 'B'.repeat(40);

/** An entry of a CA with half of its two years left. */
export function entry(given: Partial<PlannedEntry> = {}): PlannedEntry {
  return {
    name: 'PlantA',
    thumbprint: NEW,
    isVerified: true,
    notBefore: new Date('2025-11-22T08:00:00Z'),
    notAfter: new Date('2027-11-22T08:00:00Z'),
    standing: 'managed',
    ca: CA,
    generation: 'newest',
    key: 'P-256',
    windowOpens: new Date('2027-06-29T08:00:00Z'),
    references: { count: 1, embedded: 0, examples: [{ kind: 'group', id: 'line-1' }], isComplete: true },
    next: {
      lane: 'vault',
      step: 'wait',
      reason: 'not-due',
      explanation: 'The renewal window of the newest generation has not opened yet.',
      at: new Date('2027-06-29T08:00:00Z'),
      towards: 'request',
    },
    ...given,
  };
}

/** The CA of `entry`. */
export function plannedCa(given: Partial<PlannedCa> = {}): PlannedCa {
  return { ca: CA, generations: [], issuer: { kind: 'self' }, next: [], dates: [], ...given };
}

/** One DPS with these entries, and nothing else. */
export function planWith(entries: readonly PlannedEntry[], given: Partial<Plan> = {}): Plan {
  return {
    at: NOW,
    verdict: 'nothing-due',
    provisioningServices: [{ kind: 'read', id: DPS, name: 'dps-fleet', state: 'Active', entries, missing: [] }],
    cas: [],
    unmanagedCas: [],
    obstacles: [],
    missingPermissions: [],
    failures: [],
    ...given,
  };
}

/** A fleet with a bit of everything: due, in its overlap, unmanaged, not there yet, in the way. */
export function everything(): Plan {
  const kvRoot = 'https://kv-root.vault.azure.net';
  const older = entry({
    name: `plant-a-ca-${OLD}`,
    thumbprint: OLD,
    generation: 'older',
    notBefore: new Date('2024-12-22T08:00:00Z'),
    notAfter: new Date('2026-12-22T08:00:00Z'),
    windowOpens: undefined,
    references: {
      count: 1_200,
      embedded: 0,
      examples: Array.from({ length: 20 }, (_, index) => ({ kind: 'individual' as const, id: `press-${index + 1}` })),
      isComplete: true,
    },
    next: {
      lane: DPS,
      step: 'wait',
      reason: 'older-unexpired',
      explanation: 'The older version has not been expired for an hour.',
      at: new Date('2026-12-22T09:00:00Z'),
      towards: 'retire',
    },
  });
  const stranger = entry({
    name: 'legacy-partner-ca',
    thumbprint: 'C'.repeat(40),
    standing: 'unmanaged',
    ca: undefined,
    generation: undefined,
    key: undefined,
    notBefore: undefined,
    windowOpens: undefined,
    isVerified: false,
    references: { count: 0, embedded: 0, examples: [], isComplete: false },
    next: undefined,
  });
  const upload = {
    lane: DPS,
    step: 'upload',
    reason: 'entry-missing',
    explanation: 'The DPS holds an older generation of this CA, but not the newest.',
    at: NOW,
  } as const;
  const plantB = { vaultUrl: CA.vaultUrl, name: 'plant-b-ca' };
  const plan = planWith([], { verdict: 'attention' });
  return {
    ...plan,
    provisioningServices: [
      {
        kind: 'read',
        id: DPS,
        name: 'dps-fleet',
        state: 'Active',
        entries: [entry(), older, stranger],
        missing: [{ ca: plantB, thumbprint: 'D'.repeat(40), next: upload }],
      },
      { kind: 'unreadable', id: `${DPS}-2`, name: 'dps-fleet-2', detail: 'connection lost' },
    ],
    cas: [
      plannedCa({
        dates: [
          { at: new Date('2026-12-22T08:00:00Z'), what: 'overlap-ends', thumbprint: OLD, dps: DPS, earliest: true },
          { at: new Date('2026-12-22T09:00:00Z'), what: 'may-retire', thumbprint: OLD, dps: DPS, earliest: true },
          { at: new Date('2027-06-29T08:00:00Z'), what: 'window-opens', thumbprint: NEW, earliest: false },
          { at: new Date('2027-11-22T08:00:00Z'), what: 'expires', thumbprint: NEW, earliest: false },
        ],
      }),
      plannedCa({
        ca: plantB,
        generations: [
          {
            version: 'v1',
            thumbprint: 'D'.repeat(40),
            createdOn: NOW,
            notBefore: NOW,
            notAfter: new Date('2028-11-22T08:00:00Z'),
            key: 'P-384',
          },
        ],
        issuer: { kind: 'found', ca: { vaultUrl: kvRoot, name: 'fleet-root' }, notAfter: NOW },
        next: [upload],
      }),
    ],
    unmanagedCas: [
      {
        ca: { vaultUrl: kvRoot, name: 'fleet-root' },
        thumbprint: 'E'.repeat(40),
        notBefore: NOW,
        notAfter: new Date('2042-11-22T08:00:00Z'),
        key: 'RSA 2048',
        issuerOf: [CA],
      },
    ],
    obstacles: [
      {
        severity: 'attention',
        reason: 'external-signature',
        ca: plantB,
        message: 'The certification request waits for somebody else to sign it and merge the certificate. (request r1)',
        csr: Buffer.from('x'.repeat(60)).toString('base64'),
      },
      {
        severity: 'note',
        reason: 'both-slots-taken',
        ca: CA,
        dps: DPS,
        message: "When this CA moves: the newest has no place. (group 'line-1')",
      },
    ],
    missingPermissions: [
      {
        permission: 'Microsoft.KeyVault/vaults/certificates/read',
        target: kvRoot,
        message: `Cannot list the certificates in ${kvRoot}: 403 Caller is not authorized`,
      },
    ],
    failures: [
      { target: kvRoot, message: `Cannot list the certificates in ${kvRoot}: 403 Caller is not authorized` },
      { target: `${DPS}-2`, message: 'connection lost' },
    ],
  };
}
