import { addDuration } from './duration.ts';
import type { Evidence } from './evidence.ts';
import { lineageIn, type ReadLane } from './lineage-in.ts';
import type { Observed } from './observed.ts';
import type { Reason } from './reasons.ts';
import { tallyOf } from './reference-lane.ts';
import type { FormerMember, Lineage } from './reference-lineage.ts';
import { overlapEnd } from './reference-overlap.ts';
import { mayDeleteEntry, retirementVerdict, type Verdict } from './reference-retirement.ts';
import type { FormerTally } from './reference-tally.ts';

/** A version before the newest generation that a DPS still holds or refers to, and when it may go. */
export interface OlderVersion {
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  readonly rank: FormerMember['rank'];
  readonly notAfter: Date | undefined;
  /** When the last overlap ends; where one has not begun, when it would if it began now. `undefined`: not known. */
  readonly overlapEnds: Date | undefined;
  /** When it may go at the earliest; `undefined`: not known, or not of itself. */
  readonly mayGo: Date | undefined;
  /** Why it may go, or why it stays. */
  readonly reason: Reason;
  readonly detail?: string;
}

/** Every older version of a CA in one DPS, with the dates that its retirement depends on. */
export function olderVersions(observed: Observed, service: ReadLane, now: Date): readonly OlderVersion[] {
  const lineage = lineageIn(observed, service);
  const sum = tallyOf(observed, service, now);
  return lineage.others.flatMap((member): OlderVersion[] => {
    const { thumbprint, rank, notAfter } = member;
    const former = sum?.former[thumbprint];
    if (member.entries.length === 0 && former === undefined) return [];
    const facts = { thumbprint, rank, notAfter };
    if (sum === undefined) {
      return [{ ...facts, overlapEnds: undefined, mayGo: undefined, reason: 'enrollments-unreadable' }];
    }
    const { overlap } = observed.referenceWishes;
    const ends = [ownOverlapEnd(observed, lineage, member), former && referencesOverlapEnd(former, overlap, now)];
    const verdict = latest(
      verdictsOn(observed, lineage, member, { former, evidence: service.evidence?.get(thumbprint) }, now),
      now,
    );
    const stay = verdict.may ? undefined : verdict;
    return [
      {
        ...facts,
        overlapEnds: latestOf(ends),
        mayGo: verdict.may ? now : verdict.until,
        reason: verdict.reason,
        ...(stay?.detail !== undefined && { detail: stay.detail }),
      },
    ];
  });
}

/** When the newest generation itself may go at the earliest, if it is replaced at `replaced`. */
export function retirementAfter(
  observed: Observed,
  service: ReadLane,
  replaced: Date,
): { readonly overlapEnds: Date; readonly mayGo: Date | undefined; readonly reason: Reason } {
  const lineage = lineageIn(observed, service);
  const wishes = observed.referenceWishes;
  const overlapEnds = addDuration(replaced, wishes.overlap);
  // Until then it is whoever chains to it now that will have been renewed.
  const alone = { ...lineage, chainedSubordinates: [] };
  const member: FormerMember = { ...lineage.newest, rank: 'older' };
  const verdict = retirementVerdict(member, alone, { ends: overlapEnds }, wishes, undefined, replaced);
  return { overlapEnds, mayGo: verdict.may ? replaced : verdict.until, reason: verdict.reason };
}

/** What the entry says, as though nothing referred to it, and what the references say. */
function verdictsOn(
  { referenceWishes: wishes }: Observed,
  lineage: Lineage,
  member: FormerMember,
  { former, evidence }: { readonly former: FormerTally | undefined; readonly evidence: Evidence | undefined },
  now: Date,
): readonly Verdict[] {
  const own = member.entries.length === 0 ? [] : [mayDeleteEntry(member, lineage, 0, wishes, evidence, now)];
  if (former === undefined) return own;
  const ends = referencesOverlapEnd(former, wishes.overlap, now);
  if (ends === undefined) return [...own, { may: false, reason: 'overlap-unknown' }];
  return [...own, retirementVerdict(member, lineage, { ends }, wishes, evidence, now)];
}

/** What holds longest: what has no end known before what has one. */
function latest(verdicts: readonly Verdict[], now: Date): Verdict {
  const end = (verdict: Verdict) =>
    verdict.may ? now.getTime() : (verdict.until?.getTime() ?? Number.POSITIVE_INFINITY);
  const [first, ...rest] = verdicts;
  if (first === undefined) throw new Error('Cannot tell when a version may go that nothing holds');
  return rest.reduce((longest, verdict) => (end(verdict) > end(longest) ? verdict : longest), first);
}

function ownOverlapEnd(observed: Observed, lineage: Lineage, member: FormerMember): Date | undefined {
  if (member.entries.length === 0) return undefined;
  const end = overlapEnd(lineage, 'caReferences', observed.referenceWishes.overlap, undefined);
  return 'ends' in end ? end.ends : undefined;
}

function referencesOverlapEnd(
  { withoutEnd, latestOverlapEnd }: FormerTally,
  overlap: Observed['referenceWishes']['overlap'],
  now: Date,
): Date | undefined {
  return withoutEnd > 0 ? addDuration(now, overlap) : latestOverlapEnd;
}

function latestOf(dates: readonly (Date | undefined)[]): Date | undefined {
  const known = dates.filter((date) => date !== undefined);
  return known.length === 0 ? undefined : new Date(Math.max(...known.map((date) => date.getTime())));
}
