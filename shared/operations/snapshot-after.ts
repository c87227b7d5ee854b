import type { CaId, ObservedService } from '../lifecycle/observed.ts';
import { boundedCa, boundedObstacles, boundedService } from './bounded-snapshot.ts';
import { keyOf } from './catalogue.ts';
import type { Decided } from './decide-on.ts';
import type { Looked } from './look-at.ts';
import type { EndedCa } from './met-obstacles.ts';
import { obstaclesOf, serviceObstacles } from './obstacles.ts';
import { planCa } from './plan-ca.ts';
import { planService } from './plan-service.ts';
import type { PlannedEntry, PlannedService } from './planned.ts';
import { type ReferencesIn, usesOf } from './references-in.ts';
import type { Snapshot, SnapshotObstacle } from './snapshot.ts';
import { verdictOf } from './verdict-of.ts';

type ReadLane = Extract<ObservedService, { readonly kind: 'read' }>;
type ReadService = Extract<PlannedService, { readonly kind: 'read' }>;

/** A snapshot with one CA as a renewal has left it; everything else as it was. */
export function snapshotAfter(snapshot: Snapshot, ended: EndedCa, now: Date): Snapshot {
  const { decided } = ended;
  return decided ? snapshotDecided(snapshot, decided, ended, now) : snapshotStopped(snapshot, ended, now);
}

/** With what kept a renewal from looking at its CA. A message may name a CA that nobody knows: that one is not shown. */
function snapshotStopped(snapshot: Snapshot, { ca, met, isOver }: EndedCa, now: Date): Snapshot {
  const isOwn = isOf(ca);
  if (!snapshot.cas.some(isOwn)) return snapshot;
  const isAgain = (each: SnapshotObstacle) => met.some(({ reason, dps }) => each.reason === reason && each.dps === dps);
  const kept = snapshot.obstacles.filter((each) => each.metAt === undefined || !isOwn(each) || !isAgain(each));
  const obstacles = boundedObstacles([...kept, ...met]);
  const cas = snapshot.cas.map((each) => (isOver && isOwn(each) ? { ...each, renewedAt: now } : each));
  return { ...snapshot, cas, obstacles, verdict: verdictOf({ ...snapshot, obstacles }) };
}

function snapshotDecided(
  snapshot: Snapshot,
  decided: Decided,
  { met, isOver }: Pick<EndedCa, 'met' | 'isOver'>,
  now: Date,
): Snapshot {
  const { observed } = decided;
  const { ca } = observed;
  const looked: Looked = { kind: 'decided', ca, generations: observed.vault.generations, ...decided };
  const isOwn = isOf(ca);
  const others = snapshot.obstacles.filter((each) => !isOwn(each));
  const renewedAt = isOver ? now : snapshot.cas.find(isOwn)?.renewedAt;
  const after = { ...boundedCa(planCa(looked, now)), ...(renewedAt && { renewedAt }) };
  const provisioningServices = snapshot.provisioningServices.map((service) => {
    const lane = observed.services.find(({ id }) => id === service.id);
    return service.kind === 'read' && lane?.kind === 'read' ? serviceAfter(service, lane, looked, now) : service;
  });
  const present = [
    ...obstaclesOf(looked, now),
    ...met,
    // Given up, put on the queue once more, and it fails again: that is no news, and no better.
    ...snapshot.obstacles.filter(
      (each) => !isOver && isOwn(each) && each.reason === 'renewal-abandoned' && met.length > 0,
    ),
    ...provisioningServices.flatMap((service) => serviceObstacles(service, now)).filter(isOwn),
  ];
  const parts = {
    cas: snapshot.cas.some(isOwn) ? snapshot.cas.map((each) => (isOwn(each) ? after : each)) : [...snapshot.cas, after],
    obstacles: boundedObstacles([...others, ...present]),
    // It has been read since.
    failures: snapshot.failures.filter(({ target }) => target !== keyOf(ca)),
    missingPermissions: snapshot.missingPermissions,
  };
  return { ...snapshot, ...parts, verdict: verdictOf(parts), provisioningServices };
}

/** A DPS with the entries of one CA as they are now, in their places. */
function serviceAfter(service: ReadService, lane: ReadLane, looked: Looked, now: Date): ReadService {
  const planned = planService(lane, referencesOf(lane), { cas: [looked], isUnmanaged: () => false, now });
  if (planned.kind !== 'read') return service;
  const isOwn = isOf(looked.ca);
  const known = new Map(service.entries.map((entry) => [placeOf(entry), entry]));
  const entries = planned.entries.map((entry) => {
    const before = known.get(placeOf(entry));
    if (!isOwn(entry)) return before ?? entry;
    // Too many enrollments to hold are not counted at the end of a renewal.
    return lane.referring.kind === 'many' ? { ...entry, references: before?.references } : entry;
  });
  const embeddedByOthers = service.entries.filter((entry) => entry.name === undefined && !isOwn(entry));
  const after = boundedService({
    ...planned,
    entries: [...entries, ...embeddedByOthers],
    missing: [...service.missing.filter((each) => !isOwn(each)), ...planned.missing],
  });
  return after.kind === 'read' ? after : service;
}

function isOf(ca: CaId): (each: { readonly ca?: CaId | undefined }) => boolean {
  return (each) => each.ca !== undefined && keyOf(each.ca) === keyOf(ca);
}

function placeOf({ name, thumbprint }: PlannedEntry): string {
  return `${name ?? ''} ${thumbprint}`;
}

/** The enrollments that refer to one CA, by what they refer to. */
function referencesOf({ referring }: ReadLane): ReferencesIn {
  if (referring.kind !== 'all') return { uses: undefined, isComplete: false, embedded: [] };
  const uses = usesOf(referring.enrollments);
  const embedded = [...uses.keys()].filter((token) => /^[0-9A-F]{40}$/.test(token));
  return { uses, isComplete: true, embedded };
}
