import type { Obstacle, PlannedEntry, PlannedStep } from '../operations/planned.ts';
import type { Snapshot, SnapshotCa } from '../operations/snapshot.ts';

/** How a CA stands, the most urgent first; in words where it is shown. */
export const CA_STATES = {
  attention: 'Needs a person',
  due: 'Step due',
  overlap: 'In overlap',
  paused: 'Paused',
  well: 'Well',
} as const;

export type CaState = keyof typeof CA_STATES;

/** A CA with everything that a snapshot has about it. */
export interface CaView extends SnapshotCa {
  readonly state: CaState;
  readonly places: readonly Place[];
  /** Those of both severities. */
  readonly obstacles: readonly Obstacle[];
  /** When the renewal window of the newest generation opens or has opened, where that is known. */
  readonly windowOpens: Date | undefined;
  /** The next moment at which something happens by itself. */
  readonly nextAt: Date | undefined;
}

/** A DPS as far as one CA is concerned. */
export interface Place {
  readonly dps: string;
  readonly name: string;
  readonly entries: readonly PlannedEntry[];
  /** What is to be done there for a newest generation that is not there yet. */
  readonly missing: PlannedStep | undefined;
  readonly step: PlannedStep | undefined;
}

/** The managed CAs of a snapshot: the most urgent first, then by what comes next. */
export function caViews(snapshot: Snapshot): readonly CaView[] {
  const services = snapshot.provisioningServices.flatMap((service) => (service.kind === 'read' ? service : []));
  const isOf =
    ({ ca }: SnapshotCa) =>
    (each: { readonly ca?: SnapshotCa['ca'] | undefined }) =>
      each.ca?.name === ca.name && each.ca.vaultUrl === ca.vaultUrl;
  const order = Object.keys(CA_STATES);
  return snapshot.cas
    .map((ca): CaView => {
      const isOwn = isOf(ca);
      const places = services.flatMap(({ id, name, entries, missing }): Place[] => {
        const own = entries.filter(isOwn);
        const upload = missing.find(isOwn)?.next;
        const step = ca.next.find(({ lane }) => lane === id);
        return own.length > 0 || upload || step ? [{ dps: id, name, entries: own, missing: upload, step }] : [];
      });
      const obstacles = snapshot.obstacles.filter(isOwn);
      const newest = places.flatMap(({ entries }) => entries).find(({ generation }) => generation === 'newest');
      const opens = ca.dates.find(({ what }) => what === 'window-opens')?.at;
      return {
        ...ca,
        places,
        obstacles,
        state: stateOf(ca, places, obstacles),
        windowOpens: newest?.windowOpens ?? opens,
        nextAt: ca.dates[0]?.at,
      };
    })
    .sort(
      (a, b) =>
        order.indexOf(a.state) - order.indexOf(b.state) ||
        (a.nextAt?.getTime() ?? Number.POSITIVE_INFINITY) - (b.nextAt?.getTime() ?? Number.POSITIVE_INFINITY) ||
        a.ca.name.localeCompare(b.ca.name),
    );
}

/** Whether a step is one that the app takes now, by itself. */
export function isDue({ step, reason }: PlannedStep): boolean {
  return !['wait', 'refuse', 'unknown'].includes(step) || reason === 'issuer-due';
}

function stateOf({ next }: SnapshotCa, places: readonly Place[], obstacles: readonly Obstacle[]): CaState {
  const isInTheWay = obstacles.some(({ severity }) => severity === 'attention');
  if (isInTheWay || next.some(({ step }) => step === 'refuse' || step === 'unknown')) return 'attention';
  if (next.some(({ reason }) => reason === 'paused')) return 'paused';
  if (next.some(isDue)) return 'due';
  return places.some(({ entries }) => entries.some(({ generation }) => generation === 'older')) ? 'overlap' : 'well';
}
