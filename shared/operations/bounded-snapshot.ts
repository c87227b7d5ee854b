import type { Plan, PlannedCa, PlannedEntry, PlannedService } from './planned.ts';
import type { Happening, Snapshot, SnapshotCa } from './snapshot.ts';

// A page is read whole, and 250 CAs with years of generations would make it as large as what it sums up.

const MOST_GENERATIONS = 8;
const MOST_EXAMPLES = 5;
const MOST_DATES = 12;
const MOST_UNMANAGED_CAS = 100;
const MOST_OBSTACLES = 500;
const MOST_FAILURES = 100;
const MOST_HAPPENINGS = 50;
const LONGEST_TEXT = 1_000;

/** A plan as it goes into a snapshot: of every list the first, which matter most, and how many are left out. */
export function boundedPlan(plan: Plan): Omit<Snapshot, 'version' | 'scan' | 'history'> {
  const { unmanagedCas, obstacles, failures } = plan;
  return {
    ...plan,
    provisioningServices: plan.provisioningServices.map(boundedService),
    cas: plan.cas.map(boundedCa),
    unmanagedCas: unmanagedCas.slice(0, MOST_UNMANAGED_CAS),
    obstacles: boundedObstacles(obstacles),
    failures: boundedFailures(failures),
    leftOut: {
      ...leftOut('unmanagedCas', unmanagedCas, MOST_UNMANAGED_CAS),
      ...leftOut('obstacles', obstacles, MOST_OBSTACLES),
      ...leftOut('failures', failures, MOST_FAILURES),
    },
  };
}

/** A CA with its newest generations and its first dates. */
export function boundedCa(ca: PlannedCa): SnapshotCa {
  const { generations, dates, next } = ca;
  return {
    ...ca,
    generations: generations.slice(0, MOST_GENERATIONS),
    generationCount: generations.length,
    dates: dates.slice(0, MOST_DATES),
    next: next.map((step) => (step.detail === undefined ? step : { ...step, detail: shortened(step.detail) })),
  };
}

/** A DPS with few of the names of what refers to its entries. */
export function boundedService(service: PlannedService): PlannedService {
  if (service.kind === 'unreadable') return { ...service, detail: shortened(service.detail) };
  return { ...service, entries: service.entries.map(boundedEntry) };
}

/** What is in the way, those that need a person first, as far as it is kept. */
export function boundedObstacles(obstacles: Snapshot['obstacles']): Snapshot['obstacles'] {
  const sorted = [...obstacles].sort((a, b) => a.severity.localeCompare(b.severity));
  return sorted.slice(0, MOST_OBSTACLES).map((each) => ({ ...each, message: shortened(each.message) }));
}

/** What could not be read, as far as it is kept. */
export function boundedFailures<T extends { readonly message: string }>(failures: readonly T[]): readonly T[] {
  return failures.slice(0, MOST_FAILURES).map((failure) => ({ ...failure, message: shortened(failure.message) }));
}

/** What has happened, the newest first. */
export function boundedHistory(older: readonly Happening[], inOrder: readonly Happening[]): readonly Happening[] {
  return [...inOrder.toReversed(), ...older].slice(0, MOST_HAPPENINGS);
}

function boundedEntry(entry: PlannedEntry): PlannedEntry {
  const { references, next } = entry;
  return {
    ...entry,
    references: references && { ...references, examples: references.examples.slice(0, MOST_EXAMPLES) },
    next: next?.detail === undefined ? next : { ...next, detail: shortened(next.detail) },
  };
}

function leftOut(name: string, all: readonly unknown[], most: number): Readonly<Record<string, number>> {
  return all.length > most ? { [name]: all.length - most } : {};
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
