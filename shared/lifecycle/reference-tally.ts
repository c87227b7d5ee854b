import type { Enrollment } from '../ports.ts';
import { type Evidence, joinEvidence } from './evidence.ts';
import type { RefusalReason, WaitReason } from './reasons.ts';
import type { FormerUse, ReferenceDecision } from './reference-decision.ts';
import type { Stay } from './reference-retirement.ts';
import type { MoveStep, ReleaseReason } from './reference-step.ts';

/** Enrollments are counted by the million, so of each kind only a few are named. */
const MOST_EXAMPLES = 20;

/** How many enrollments, and the ids of the first of them. */
export interface Count {
  readonly count: number;
  readonly examples: readonly string[];
}

type Counts<Reason extends string> = Readonly<Partial<Record<Reason, Count>>>;

/** What holds an older version back in one DPS. */
export interface FormerTally {
  /** Enrollments that refer to it. */
  readonly held: number;
  /** Of these: may be released now. */
  readonly releasable: number;
  /** Of these: the overlap has not begun, or its end is not known. */
  readonly withoutEnd: number;
  /** The latest end of an overlap that is known. */
  readonly latestOverlapEnd: Date | undefined;
}

/** Of references that keep an older version, or wait for the newest, for one reason. */
export interface StayCount extends Count {
  /** Until when at the latest. */
  readonly until: Date | undefined;
  /** What registrations prove of their devices, where that is the reason: with regard to one version, the first met. */
  readonly evidence?: Evidence;
}

/** The sum of the decisions on all references of one DPS to one CA. Its size does not grow with their number. */
export interface Tally {
  readonly notOurs: number;
  readonly settled: number;
  /** Of these: an older version stands beside the newest; why it may not go yet, and until when at the latest. */
  readonly stays: Readonly<Partial<Record<WaitReason, StayCount>>>;
  readonly moves: Counts<MoveStep['reason']>;
  readonly releases: Counts<ReleaseReason>;
  readonly waits: Readonly<Partial<Record<WaitReason, StayCount>>>;
  readonly refusals: Counts<RefusalReason>;
  /** By thumbprint. */
  readonly former: Readonly<Record<string, FormerTally>>;
}

/** The sum of nothing. */
export function emptyTally(): Tally {
  return { notOurs: 0, settled: 0, stays: {}, moves: {}, releases: {}, waits: {}, refusals: {}, former: {} };
}

/** A sum with one more decision in it. */
export function tally(sum: Tally, decision: ReferenceDecision, { id }: Enrollment): Tally {
  const counted = { ...sum, former: decision.former.reduce(addFormer, sum.former) };
  switch (decision.step) {
    case 'not-ours':
      return { ...counted, notOurs: sum.notOurs + 1 };
    case 'settled':
      return { ...counted, settled: sum.settled + 1, stays: addStay(sum.stays, decision.stays, id) };
    case 'move':
      return { ...counted, moves: add(sum.moves, decision.reason, id) };
    case 'release':
      return { ...counted, releases: add(sum.releases, decision.reason, id) };
    case 'wait':
      return { ...counted, waits: addStay(sum.waits, decision, id) };
    case 'refuse':
      return { ...counted, refusals: add(sum.refusals, decision.reason, id) };
  }
}

function add<Reason extends string>(counts: Counts<Reason>, reason: Reason, id: string): Counts<Reason> {
  return { ...counts, [reason]: count(counts[reason], id) };
}

function count(before: Count | undefined, id: string): Count {
  const { count, examples } = before ?? { count: 0, examples: [] };
  return { count: count + 1, examples: examples.length < MOST_EXAMPLES ? [...examples, id] : examples };
}

function addStay(
  stays: Tally['stays'],
  stay: Pick<Stay, 'reason' | 'until' | 'evidence'> | undefined,
  id: string,
): Tally['stays'] {
  if (stay === undefined) return stays;
  const before = stays[stay.reason];
  const ends = [before?.until, stay.until].filter((end) => end !== undefined);
  const until = ends.length === 0 ? undefined : new Date(Math.max(...ends.map((end) => end.getTime())));
  const evidence = joined(before?.evidence, stay.evidence);
  return { ...stays, [stay.reason]: { ...count(before, id), until, ...(evidence && { evidence }) } };
}

function joined(a: Evidence | undefined, b: Evidence | undefined): Evidence | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.of === b.of ? joinEvidence(a, b) : a;
}

function addFormer(former: Tally['former'], use: FormerUse): Tally['former'] {
  const before = former[use.thumbprint];
  const ends = [before?.latestOverlapEnd, use.overlapEnds].filter((end) => end !== undefined);
  const sum: FormerTally = {
    held: (before?.held ?? 0) + 1,
    releasable: (before?.releasable ?? 0) + (use.isReleasable ? 1 : 0),
    withoutEnd: (before?.withoutEnd ?? 0) + (use.overlapEnds === undefined ? 1 : 0),
    latestOverlapEnd: ends.length === 0 ? undefined : new Date(Math.max(...ends.map((end) => end.getTime()))),
  };
  return { ...former, [use.thumbprint]: sum };
}
