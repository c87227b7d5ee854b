import type { Entry } from '../ports.ts';
import { describeEvidence, type Evidence, type EvidenceCounts } from './evidence.ts';
import { lineageIn, type ReadLane } from './lineage-in.ts';
import { entryOf, newestOf, type Observed } from './observed.ts';
import type { RefusalReason, StepReason, WaitReason } from './reasons.ts';
import { decideReference } from './reference-decision.ts';
import { mayDeleteEntry } from './reference-retirement.ts';
import { type Count, emptyTally, type StayCount, type Tally, tally } from './reference-tally.ts';
import type { RestingStep } from './resting-step.ts';

/** An older version goes: it leaves the references that may do without it, and then its entry is deleted. */
export interface RetireStep {
  readonly step: 'retire';
  readonly reason: StepReason;
  readonly thumbprint: string;
  /** The entry to delete; `undefined` while references are to be changed. */
  readonly entry: Entry | undefined;
  /** What the deletion rests on, where that is the devices. */
  readonly evidence?: EvidenceCounts;
}

/** The newest generation takes its place in the references that lack it. */
export interface MoveStep {
  readonly step: 'move';
  readonly reason: StepReason;
  /** How many enrollments. */
  readonly count: number;
}

/** The sum of the decisions on all references of a DPS to a CA; `undefined` where its enrollments could not be read. */
export function tallyOf(observed: Observed, service: ReadLane, now: Date): Tally | undefined {
  const { referring } = service;
  if (referring.kind === 'unreadable') return undefined;
  if (referring.kind === 'many') return referring.tally;
  const lineage = lineageIn(observed, service);
  const wishes = observed.referenceWishes;
  const evidence = referring.evidence ?? new Map<string, Evidence>();
  return referring.enrollments.reduce(
    (sum, enrollment) =>
      tally(
        sum,
        decideReference(enrollment, lineage, wishes, now, evidence.get(`${enrollment.kind} ${enrollment.id}`)),
        enrollment,
      ),
    emptyTally(),
  );
}

/** What of the older versions may go now, if anything may. Never in the run that has made the newest. */
export function retireStep(observed: Observed, service: ReadLane, sum: Tally, now: Date): RetireStep | undefined {
  if (observed.hasIssued) return undefined;
  const [release] = Object.entries(sum.releases);
  const lineage = lineageIn(observed, service);
  if (release !== undefined) {
    const [reason] = release as [StepReason, Count];
    const thumbprint = lineage.others.find((member) => sum.former[member.thumbprint]?.releasable)?.thumbprint ?? '';
    return { step: 'retire', reason, thumbprint, entry: undefined };
  }
  for (const { member, entry, verdict } of verdicts(observed, service, sum, now)) {
    if (!verdict.may) continue;
    const evidence = 'evidence' in verdict ? { evidence: verdict.evidence } : {};
    return { step: 'retire', reason: verdict.reason, thumbprint: member.thumbprint, entry, ...evidence };
  }
  return undefined;
}

/** The references that the newest generation is to take its place in, if there are any. */
export function moveStep(sum: Tally): MoveStep | undefined {
  const [move] = Object.entries(sum.moves) as [StepReason, Count][];
  return move && { step: 'move', reason: move[0], count: move[1].count };
}

/** Why the references of a DPS rest: what a person must see first, then what takes longest. */
export function restingReferences(observed: Observed, service: ReadLane, sum: Tally, now: Date): RestingStep {
  const [refusal] = Object.entries(sum.refusals) as [RefusalReason, Count][];
  if (refusal !== undefined) return { step: 'refuse', reason: refusal[0], detail: named(refusal[1]) };
  const [rest] = [sum.waits, sum.stays].flatMap((counts) => Object.entries(counts)) as [WaitReason, StayCount][];
  if (rest !== undefined) {
    const [reason, { until, evidence, ...count }] = rest;
    const devices = evidence === undefined ? '' : `; devices: ${describeEvidence(evidence)}`;
    return { step: 'wait', reason, ...(until && { until }), detail: named(count) + devices };
  }
  for (const { entry, verdict } of verdicts(observed, service, sum, now)) {
    if (verdict.may || verdict.reason === 'entry-in-use') continue;
    const { reason, until, evidence } = verdict;
    const devices = evidence === undefined ? '' : `; devices: ${describeEvidence(evidence)}`;
    return { step: 'wait', reason, ...(until && { until }), detail: `entry '${entry.name}'${devices}` };
  }
  return { step: 'wait', reason: 'settled' };
}

/**
 * Whether the newest generation is verified wherever the CA is registered, and referred to wherever an older version is:
 * from now on devices may be given certificates of it.
 */
export function isTrustedEverywhere(observed: Observed, now: Date): boolean {
  return observed.services.every((service) => {
    if (service.kind === 'unreadable') return false;
    if (service.registers && !entryOf(service.entries, newestOf(observed))?.isVerified) return false;
    const sum = tallyOf(observed, service, now);
    // A reference that holds it by an entry which is not verified rests, and trusts it no more than one that lacks it.
    if (sum === undefined || sum.stays['newest-not-trusted'] || sum.stays['newest-not-valid']) return false;
    return [sum.moves, sum.waits, sum.refusals].every((counts) => Object.keys(counts).length === 0);
  });
}

/** Each entry of an older version, and whether it may be deleted. */
function verdicts(observed: Observed, service: ReadLane, sum: Tally, now: Date) {
  const lineage = lineageIn(observed, service);
  return lineage.others.flatMap((member) =>
    member.entries.map((entry) => {
      const heldBy = sum.former[member.thumbprint]?.held ?? 0;
      const evidence = service.evidence?.get(member.thumbprint);
      const verdict = mayDeleteEntry(member, lineage, heldBy, observed.referenceWishes, evidence, now);
      return { member, entry, verdict };
    }),
  );
}

/** How many enrollments, and the first of them by name. */
function named({ count, examples }: Count): string {
  const more = count > examples.length ? ', …' : '';
  return `${count} ${count === 1 ? 'enrollment' : 'enrollments'}: ${examples.join(', ')}${more}`;
}
