import {
  isDue,
  type Obstacle,
  type PlannedEntry,
  type PlannedService,
  type PlannedStep,
} from '../operations/planned.ts';
import type { Happening, Snapshot, SnapshotCa } from '../operations/snapshot.ts';

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
  /** What has happened to it, of late, the newest first. */
  readonly history: readonly Happening[];
  /** The next moment at which something happens by itself. */
  readonly nextAt: Date | undefined;
}

/** A DPS as far as one CA is concerned. */
export interface Place {
  readonly dps: string;
  readonly name: string;
  /** Whether it could be read; else nothing is known of what it holds. */
  readonly isRead: boolean;
  readonly entries: readonly PlannedEntry[];
  /** What is to be done there for a newest generation that is not there yet. */
  readonly missing: PlannedStep | undefined;
  readonly step: PlannedStep | undefined;
}

/** The managed CAs of a snapshot: the most urgent first, then by what comes next. */
export function caViews(snapshot: Snapshot): readonly CaView[] {
  const order = Object.keys(CA_STATES);
  return snapshot.cas
    .map((ca) => viewOf(ca, snapshot))
    .sort(
      (a, b) =>
        order.indexOf(a.state) - order.indexOf(b.state) ||
        (a.nextAt?.getTime() ?? Number.POSITIVE_INFINITY) - (b.nextAt?.getTime() ?? Number.POSITIVE_INFINITY) ||
        a.ca.name.localeCompare(b.ca.name),
    );
}

function viewOf(ca: SnapshotCa, { provisioningServices, obstacles: all, history }: Snapshot): CaView {
  const { name, vaultUrl } = ca.ca;
  const isOwn = (each: { readonly ca?: SnapshotCa['ca'] | undefined }) =>
    each.ca?.name === name && each.ca.vaultUrl === vaultUrl;
  const places = provisioningServices.flatMap((service) => placeIn(service, ca, isOwn));
  const obstacles = all.filter(isOwn);
  return {
    ...ca,
    places,
    obstacles,
    history: history.filter((each) => each.ca === name && each.vault === vaultUrl),
    state: stateOf(ca, places, obstacles),
    nextAt: ca.dates[0]?.at,
  };
}

function placeIn(
  service: PlannedService,
  { next }: SnapshotCa,
  isOwn: (each: { readonly ca?: SnapshotCa['ca'] | undefined }) => boolean,
): readonly Place[] {
  const { id: dps, name } = service;
  const step = next.find(({ lane }) => lane === dps);
  if (service.kind === 'unreadable') {
    // Whether it holds a CA that could not be looked at is not known either.
    const mayHold = step !== undefined || next.some((each) => each.step === 'unknown');
    return mayHold ? [{ dps, name, isRead: false, entries: [], missing: undefined, step }] : [];
  }
  const entries = service.entries.filter(isOwn);
  const missing = service.missing.find(isOwn)?.next;
  return entries.length > 0 || missing || step ? [{ dps, name, isRead: true, entries, missing, step }] : [];
}

function stateOf({ next }: SnapshotCa, places: readonly Place[], obstacles: readonly Obstacle[]): CaState {
  const isInTheWay = obstacles.some(({ severity }) => severity === 'attention');
  if (isInTheWay || next.some(({ step }) => step === 'refuse' || step === 'unknown')) return 'attention';
  if (next.some(({ reason }) => reason === 'paused')) return 'paused';
  if (next.some(isDue)) return 'due';
  return places.some(({ entries }) => entries.some(({ generation }) => generation === 'older')) ? 'overlap' : 'well';
}
