import type {
  Obstacle,
  PlannedEntry,
  PlannedGeneration,
  PlannedService,
  PlannedStep,
} from '../../../shared/operations/planned.ts';
import type { Snapshot, SnapshotCa } from '../../../shared/operations/snapshot.ts';
import type { StatusReport } from '../../../shared/status/status-report.ts';

/** When the pages of these tests are shown; the snapshots were made twelve minutes before. */
export const NOW = new Date('2026-11-22T08:12:00Z');
export const SCANNED = new Date('2026-11-22T08:00:00Z');
export const VAULT = 'https://kv-fleet.vault.azure.net';

const DAY = 86_400_000;

/** The resource id of a DPS. */
export function dpsOf(name: string): string {
  return `/subscriptions/s/resourceGroups/r/providers/Microsoft.Devices/provisioningServices/${name}`;
}

/** So many days from `NOW` on. */
export function inDays(days: number): Date {
  return new Date(NOW.getTime() + days * DAY);
}

/** A thumbprint that depends on these, unlike those of others. */
export function thumbprintOf(name: string, age: number): string {
  const sum = [...`${name} ${age}`].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) >>> 0, 7);
  return sum.toString(16).toUpperCase().padStart(8, '0').repeat(5);
}

/** How a CA of these tests is. */
export interface CaGiven {
  readonly name?: string;
  /** Names of the provisioning services that hold it. */
  readonly dps?: readonly string[];
  /** Generations, the newest first: days from now of their beginning and end. */
  readonly lives?: readonly (readonly [number, number])[];
  readonly step?: Partial<PlannedStep>;
  readonly obstacle?: Partial<Obstacle>;
  readonly enrollments?: number;
  /** How many enrollments do not hold the newest yet. */
  readonly toMove?: number;
  readonly devices?: PlannedEntry['devices'];
  /** What the older generation waits for, or that it goes now. */
  readonly leaving?: Omit<PlannedStep, 'lane'>;
}

/** A CA with its part in each DPS. */
export interface BuiltCa {
  readonly ca: SnapshotCa;
  readonly entries: readonly { readonly dps: string; readonly entry: PlannedEntry }[];
  readonly obstacles: readonly Obstacle[];
}

/** A CA of two years with one behind it, or whatever is given. */
export function builtCa({
  name = 'plant-a-ca',
  dps = ['dps-fleet'],
  lives = [[-365, 365]],
  step = {},
  obstacle,
  enrollments = 14,
  toMove = 0,
  devices,
  leaving,
}: CaGiven = {}): BuiltCa {
  const ca = { vaultUrl: VAULT, name };
  const generations = lives.map(
    ([from, to], age): PlannedGeneration => ({
      version: `v${lives.length - age}`,
      thumbprint: thumbprintOf(name, age),
      notBefore: inDays(from),
      notAfter: inDays(to),
      createdOn: inDays(from),
      key: 'P-256',
    }),
  );
  const [newest] = generations;
  const [from, to] = lives[0] ?? [0, 0];
  const windowOpens = inDays(to - (to - from) * 0.2);
  const vaultStep: PlannedStep = {
    lane: 'vault',
    step: 'wait',
    reason: 'not-due',
    explanation: 'The renewal window of the newest generation has not opened yet.',
    at: windowOpens,
    towards: 'request',
    ...step,
  };
  const entries = dps.flatMap((each) =>
    generations.slice(0, 2).map(({ thumbprint, notBefore, notAfter }, age) => ({
      dps: each,
      entry: {
        name: `${name}-${thumbprint}`,
        thumbprint,
        isVerified: true,
        notBefore,
        notAfter,
        standing: 'managed',
        ca,
        generation: age === 0 ? 'newest' : 'older',
        key: 'P-256',
        windowOpens: age === 0 ? windowOpens : undefined,
        references: {
          count: enrollments - (age === 0 ? toMove : 0),
          embedded: 0,
          examples: [{ kind: 'group', id: 'line-1' }],
          isComplete: true,
        },
        next: age === 0 ? vaultStep : { lane: dpsOf(each), ...(leaving ?? unexpired(notAfter)) },
        ...(age > 0 && devices && { devices }),
      } satisfies PlannedEntry,
    })),
  );
  const lanes = dps.map(
    (each): PlannedStep => ({
      lane: dpsOf(each),
      ...(toMove > 0
        ? { step: 'move', reason: 'reference-behind', count: toMove, detail: `${toMove} enrollments` }
        : { step: 'wait', reason: 'settled' }),
      explanation:
        toMove > 0
          ? 'An enrollment refers to an older version of this CA, but not to the newest generation.'
          : 'The newest generation is in this DPS and verified.',
    }),
  );
  return {
    ca: {
      ca,
      generations,
      generationCount: generations.length,
      issuer: {
        kind: 'found',
        ca: { vaultUrl: 'https://kv-root.vault.azure.net', name: 'fleet-root' },
        notAfter: inDays(5_800),
      },
      windowOpens,
      next: [vaultStep, ...lanes],
      dates: [
        { at: windowOpens, what: 'window-opens', thumbprint: newest?.thumbprint ?? '', earliest: false } as const,
        { at: inDays(to), what: 'expires', thumbprint: newest?.thumbprint ?? '', earliest: false } as const,
      ].filter(({ at }) => at > NOW),
    },
    entries,
    obstacles: obstacle
      ? [{ severity: 'attention', reason: 'expired', ca, message: 'Something is in the way.', ...obstacle }]
      : [],
  };
}

function unexpired(notAfter: Date): Omit<PlannedStep, 'lane'> {
  return {
    step: 'wait',
    reason: 'older-unexpired',
    explanation: 'The older version has not been expired for an hour.',
    at: new Date(notAfter.getTime() + 3_600_000),
    towards: 'retire',
  };
}

/** A snapshot of these CAs; what is given otherwise takes the place of what it holds. */
export function snapshotOf(cas: readonly BuiltCa[], given: Partial<Snapshot> = {}): Snapshot {
  const names = [...new Set(['dps-fleet', ...cas.flatMap(({ entries }) => entries.map(({ dps }) => dps))])];
  const provisioningServices = names.map(
    (name): PlannedService => ({
      kind: 'read',
      id: dpsOf(name),
      name,
      state: 'Active',
      entries: cas.flatMap(({ entries }) => entries.flatMap((each) => (each.dps === name ? each.entry : []))),
      missing: [],
    }),
  );
  const obstacles = cas.flatMap((each) => each.obstacles);
  return {
    version: 1,
    at: SCANNED,
    verdict: obstacles.length > 0 ? 'attention' : 'nothing-due',
    provisioningServices,
    cas: cas.map(({ ca }) => ca),
    unmanagedCas: [],
    obstacles,
    missingPermissions: [],
    failures: [],
    scan: { mode: 'enforce', durationMs: 1_240, failures: [] },
    history: [],
    leftOut: {},
    ...given,
  };
}

/** What is known when the page is asked for; with no snapshot where `undefined` is given. */
export function reportOf(snapshot: Snapshot | undefined, given: Partial<StatusReport> = {}): StatusReport {
  return {
    now: NOW,
    snapshot,
    overdueAt: snapshot && new Date('2026-11-22T11:00:00Z'),
    settings: [],
    filter: { dps: undefined, state: undefined },
    ...given,
  };
}
