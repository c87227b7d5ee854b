import type { SeedInput } from '../../local/emulator/seed.ts';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { parseRenewBefore } from '../../shared/lifecycle/renew-before.ts';
import type { Wishes } from '../../shared/operations/app.ts';

export const FAULT_WAYS = ['subordinate', 'same-key-root', 'new-key-root'] as const;
export const FAULT_REFERENCES = ['ca-references', 'signing-certificates', 'individual'] as const;
export const FAULT_RETIREMENTS = ['expired', 'overlap', 'unused'] as const;

/** One CA that is due, with the enrollments that trust it, to be renewed, moved and retired. */
export interface FaultScenario {
  /** `WAY.REFERENCES.RETIREMENT.DPS`, as the command line takes it. */
  readonly name: string;
  readonly way: (typeof FAULT_WAYS)[number];
  readonly references: (typeof FAULT_REFERENCES)[number];
  readonly retirement: (typeof FAULT_RETIREMENTS)[number];
  /** DPS that hold the CA: `dps-1` and so on. */
  readonly services: 1 | 2;
  readonly seed: SeedInput;
  readonly wishes: Wishes;
  /** Days on which the scans go on until nothing is left to do, the first being 0. */
  readonly days: readonly number[];
}

/** The CA of every scenario, and the vault that it is in. */
export const FAULT_CA = { vault: 'kv-fleet', name: 'plant-a-ca' } as const;
/** Its issuer, where it has one. */
const ISSUER = { vault: 'kv-root', name: 'fleet-root' } as const;
export const FAULT_WEBHOOK = 'https://app.example/api/allocate?code=k3y';

/** What an enrollment holds besides, and nobody but its writer may change. */
const OTHERS = {
  provisioningStatus: 'enabled',
  reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: false },
  initialTwin: { tags: { site: 'Ulm' }, properties: { desired: { rate: 0.1, limits: [1, null, 'x'] } } },
} as const;

/** The older version has 60 days left. */
const [OVERLAP_OVER, EXPIRED] = [32, 63];

/**
 * Every value of each dimension, and every pair of values of any two: way and references span a Latin square whose
 * symbol is the retirement, and its diagonal, which meets every value once, has two DPS.
 */
export const FAULT_SCENARIOS: readonly FaultScenario[] = FAULT_WAYS.flatMap((way, row) =>
  FAULT_REFERENCES.map((references, column) => {
    const retirement = FAULT_RETIREMENTS[(row + column) % FAULT_RETIREMENTS.length] ?? 'expired';
    return scenarioOf(way, references, retirement, row === column ? 2 : 1);
  }),
);

/** Throws an Error that names all scenarios for a name that none has. */
export function faultScenario(name: string): FaultScenario {
  const found = FAULT_SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  const names = FAULT_SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new Error(`There is no scenario '${name}': there are ${names}`);
}

function scenarioOf(
  way: FaultScenario['way'],
  references: FaultScenario['references'],
  retirement: FaultScenario['retirement'],
  services: FaultScenario['services'],
): FaultScenario {
  // With the same key on both versions no device is ever proved to have moved: there the older one's end decides.
  const isProved = retirement === 'unused' && way !== 'same-key-root';
  return {
    name: `${way}.${references}.${retirement}.${services}-dps`,
    way,
    references,
    retirement,
    services,
    seed: seedOf(way, references, services),
    wishes: {
      renewBefore: parseRenewBefore('20%'),
      overlap: parseDuration('P30D'),
      retire: retirement,
      webhookUrl: FAULT_WEBHOOK,
    },
    days: retirement === 'overlap' || isProved ? [0, OVERLAP_OVER] : [0, OVERLAP_OVER, EXPIRED],
  };
}

function seedOf(
  way: FaultScenario['way'],
  references: FaultScenario['references'],
  services: FaultScenario['services'],
): SeedInput {
  const key = 'P-256' as const;
  const ofTwoYears = { subject: 'CN=Plant A CA, O=Contoso', key, notBefore: '-P670D', notAfter: 'P60D' };
  const isRoot = way !== 'subordinate';
  const root = { name: ISSUER.name, subject: 'CN=Fleet Root, O=Contoso', key, notBefore: '-P4Y', notAfter: 'P16Y' };
  const ca = {
    name: FAULT_CA.name,
    ...ofTwoYears,
    tags: { owner: 'pki' },
    ...(isRoot ? { reuseKey: way === 'same-key-root' } : { issuer: ISSUER, pathLen: 0 }),
  };
  return {
    version: 1,
    vaults: [
      { name: FAULT_CA.vault, certificates: [ca] },
      ...(isRoot ? [] : [{ name: ISSUER.vault, certificates: [root] }]),
    ],
    provisioningServices: Array.from({ length: services }, (_, index) => ({
      name: `dps-${index + 1}`,
      hubs: [{ name: 'hub-1' }],
      certificates: [
        { name: 'plant-a', certificate: FAULT_CA, verified: true },
        ...(isRoot ? [] : [{ name: 'root', certificate: ISSUER, verified: true }]),
      ],
      ...enrollmentsOf(references),
    })),
  };
}

/** Two of each, so that what is done to one and not yet to the other is a state of its own. */
function enrollmentsOf(references: FaultScenario['references']) {
  const named = { caReferences: { primary: 'plant-a' }, webhookUrl: FAULT_WEBHOOK, ...OTHERS };
  const embedded = { primary: FAULT_CA };
  switch (references) {
    case 'ca-references':
      return { enrollmentGroups: ['line-1', 'line-2'].map((id) => ({ id, ...named })) };
    case 'signing-certificates':
      return {
        enrollmentGroups: ['line-1', 'line-2'].map((id) => ({
          id,
          signingCertificates: embedded,
          webhookUrl: FAULT_WEBHOOK,
          ...OTHERS,
        })),
      };
    case 'individual':
      return {
        individualEnrollments: [
          { id: 'press-1', ...named },
          { id: 'press-2', clientCertificates: embedded, webhookUrl: FAULT_WEBHOOK, ...OTHERS },
        ],
      };
  }
}
