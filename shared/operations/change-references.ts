import { Conflict, Refused } from '../errors.ts';
import { lineageIn, type ReadLane } from '../lifecycle/lineage-in.ts';
import type { Observed } from '../lifecycle/observed.ts';
import { changeRecord } from '../lifecycle/reference-change.ts';
import { decideReference } from '../lifecycle/reference-decision.ts';
import type { MoveStep, ReleaseStep } from '../lifecycle/reference-step.ts';
import type { Enrollment, Enrollments, Ports } from '../ports.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { evidenceReader } from './evidence.ts';
import { paceOf } from './pace.ts';
import { sideBySide } from './side-by-side.ts';
import { everyEnrollment } from './uses.ts';
import { observeWorld } from './world.ts';

/** Where so many fail the rest would, too. What DPS rejects is wrong with one enrollment, and says nothing of others. */
const MOST_FAILURES = 5;

/** Somebody else at work on the same enrollment is out of the way after a few conflicts. */
const MOST_CONFLICTS = 6;

export interface ChangedReferences {
  /** The enrollments as they are now, those that were held alone. */
  readonly enrollments: readonly Enrollment[];
  /** Whether the deadline came first, and some were left as they were. */
  readonly unfinished: boolean;
}

/**
 * Performs one kind of step on every enrollment of a DPS that it is due for: each by itself, conditional on its ETag,
 * decided again where somebody else was faster. Those that were observed are taken as they are; where they were too many
 * to hold, all are read once more.
 * Throws an ordinary error or the first `Refused` once the others are done (or as many have failed as make it hopeless),
 * and `Conflict` for one that never rests, or if none is due any more.
 */
export async function changeReferences(
  ports: Ports,
  observed: Observed,
  service: ReadLane,
  kind: 'move' | 'release',
  deadline: Date,
  changed: (enrollment: Enrollment, step: MoveStep | ReleaseStep) => void,
): Promise<ChangedReferences> {
  const enrollments = enrollmentsOf(ports, service.id);
  const lineage = lineageIn(observed, service);
  const pace = paceOf(enrollments, ports);
  const held = service.referring.kind === 'all' ? service.referring.enrollments : undefined;
  // What has been seen of devices before is not what an older version leaves on.
  const reader =
    kind === 'release'
      ? evidenceReader(ports, observeWorld(ports), observed, { ...service, isCrowded: held === undefined })
      : undefined;
  const decide = async (present: Enrollment) => {
    const evidence = await reader?.ofReference(present);
    const step = decideReference(present, lineage, observed.referenceWishes, ports.now(), evidence);
    return step.step === kind ? step : undefined;
  };
  const troubles = createTroubles();
  let changes = 0;
  let unfinished = false;
  const noteChange = (now: Enrollment, step: MoveStep | ReleaseStep) => {
    changes += 1;
    changed(now, step);
  };
  /** Returns what has become of it; `undefined` if somebody has deleted it. */
  const changeIfDue = async (enrollment: Enrollment): Promise<Enrollment | undefined> => {
    unfinished ||= ports.now() >= deadline;
    if (unfinished || troubles.areHopeless() || (await decide(enrollment)) === undefined) return enrollment;
    try {
      return await changeOne(enrollments, enrollment, decide, pace, noteChange);
    } catch (error) {
      troubles.add(error);
      return enrollment;
    }
  };
  let after: readonly Enrollment[] = [];
  if (held !== undefined) {
    after = (await sideBySide(held, changeIfDue)).filter((enrollment) => enrollment !== undefined);
  } else {
    for await (const enrollment of everyEnrollment(enrollments)) {
      await changeIfDue(enrollment);
      if (unfinished || troubles.areHopeless()) break;
    }
  }
  // A message that goes on where nothing went on would be put back for ever.
  const isInVain = unfinished && changes === 0;
  troubles.raise({ rejections: isInVain || !unfinished });
  if (isInVain) throw new Error(`No time was left for the first of the enrollments of ${service.name} that are due`);
  // What it was decided on is not so any more (a device came back, evidence cannot be read): on the same facts the same
  // would be decided again, for ever.
  const isAsBefore =
    held === undefined || (after.length === held.length && after.every((each, at) => each === held[at]));
  if (!unfinished && changes === 0 && isAsBefore) {
    throw new Conflict(`No enrollment of ${service.name} is due to ${kind} any more`);
  }
  return { enrollments: after, unfinished };
}

/** What went wrong with single enrollments, while the others go on. */
function createTroubles() {
  const failures: unknown[] = [];
  let rejected: Refused | undefined;
  return {
    add: (error: unknown) => {
      if (error instanceof Refused && error.reason !== 'forbidden') rejected ??= error;
      else failures.push(error);
    },
    /** What one enrollment is refused for want of a permission, all are. */
    areHopeless: () =>
      failures.length >= MOST_FAILURES ||
      failures.some((error) => error instanceof Refused && error.reason === 'forbidden'),
    /** Throws what should be known first, if anything: what goes by itself before what a person must mend. */
    raise: ({ rejections }: { readonly rejections: boolean }) => {
      const failure = failures.find((each) => !(each instanceof Refused)) ?? failures[0];
      if (failure !== undefined) throw failure;
      if (rejected !== undefined && rejections) throw rejected;
    },
  };
}

/** Changes one enrollment, and returns what has become of it: `undefined` if somebody has deleted it. */
async function changeOne(
  enrollments: Enrollments,
  start: Enrollment,
  decide: (enrollment: Enrollment) => Promise<MoveStep | ReleaseStep | undefined>,
  pace: () => Promise<void>,
  changed: (enrollment: Enrollment, step: MoveStep | ReleaseStep) => void,
): Promise<Enrollment | undefined> {
  let present: Enrollment | undefined = start;
  for (let conflicts = 0; present !== undefined; conflicts += 1) {
    const step = await decide(present);
    if (step === undefined) return present;
    try {
      await pace();
      const { change } = step;
      const after = await enrollments.replaceEnrollment(present, (record) => changeRecord(record, change));
      changed(after, step);
      return after;
    } catch (error) {
      if (!(error instanceof Conflict) || conflicts === MOST_CONFLICTS) throw error;
      await pace();
      present = await enrollments.enrollment(start.kind, start.id);
    }
  }
  return undefined;
}
