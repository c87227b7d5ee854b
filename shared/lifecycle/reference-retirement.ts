import type { Retire } from './ca-tags.ts';
import type { Duration } from './duration.ts';
import { describeEvidence, type Evidence, type EvidenceCounts } from './evidence.ts';
import type { WaitReason } from './reasons.ts';
import {
  type FormerMember,
  isWithinValidity,
  type Lineage,
  type Member,
  trustingEntries,
  validFrom,
} from './reference-lineage.ts';
import { type OverlapEnd, overlapEnd } from './reference-overlap.ts';

/** What an operator wishes for the old versions of a CA: the tags', else the settings'. */
export interface RetirementWishes {
  readonly overlap: Duration;
  readonly retire: Retire;
  /** Thumbprint of the version under which no device waits in a warehouse any more. */
  readonly stockCleared: string | undefined;
}

/** Whether an older version may go now; else until when it stays, and why. */
export type Verdict =
  | { readonly may: true; readonly reason: 'overlap-over' | 'older-expired' | 'rolled-back' }
  | { readonly may: true; readonly reason: 'devices-moved'; readonly evidence: EvidenceCounts }
  | Stay;

/** Why an older version stays. `until` is when it could go at the earliest, where that is known. */
export interface Stay {
  readonly may: false;
  readonly reason: WaitReason;
  readonly until?: Date;
  readonly detail?: string;
  /** Where it is for what registrations prove, or do not. */
  readonly evidence?: Evidence;
}

/** Clocks differ, and a certificate is valid up to and including its notAfter. */
export const AFTER_EXPIRY_MS = 3_600_000;

/**
 * Whether the policy lets an older version go, once something newer stands in for it: the overlap must be over, and
 * then what `retire` asks for. Whatever is not known keeps it.
 * @param evidence what registrations prove of the devices that may depend on it; `undefined` where nobody has looked
 */
export function retirementVerdict(
  member: Member,
  lineage: Lineage,
  overlap: OverlapEnd,
  wishes: RetirementWishes,
  evidence: Evidence | undefined,
  now: Date,
): Verdict {
  if (wishes.retire === 'never') return { may: false, reason: 'retire-never' };
  const chained = chainedVerdict(lineage);
  if (chained !== undefined) return chained;
  if ('unknown' in overlap) return { may: false, reason: 'overlap-unknown', detail: overlap.unknown };
  const isOver = overlap.ends <= now;
  const running: Stay = { may: false, reason: 'overlap-running', until: overlap.ends };
  if (wishes.retire === 'overlap') return isOver ? { may: true, reason: 'overlap-over' } : running;
  const known = evidence?.of === member.thumbprint ? evidence : undefined;
  const expiry = expiryVerdict(member, known, now);
  if (wishes.retire === 'expired') {
    // Of two that run, the one that ends last tells when the version goes.
    const endsLast = !expiry.may && (expiry.until === undefined || expiry.until > overlap.ends);
    return isOver || endsLast ? expiry : running;
  }
  if (!isOver) return running;
  // A device that still comes under an expired version is the better reason to stay.
  return expiry.may || expiry.reason === 'devices-left' ? expiry : evidenceVerdict(member, wishes, known);
}

/** Whether a verdict that was made without evidence would be another with some. */
export function restsOnEvidence(verdict: Verdict): boolean {
  return verdict.reason === 'evidence-unavailable' || verdict.reason === 'older-expired';
}

/**
 * Whether an entry of an older version may be deleted. No reference of this DPS may hold the version, by name or
 * embedded (its devices may be trusted through this very entry), and the newest generation must be verified here; then
 * the same policy. A version that was rolled back goes without an overlap: nothing should ever have depended on it.
 * @param heldBy how many references hold the version, read afresh before the deletion
 */
export function mayDeleteEntry(
  member: FormerMember,
  lineage: Lineage,
  heldBy: number,
  wishes: RetirementWishes,
  evidence: Evidence | undefined,
  now: Date,
): Verdict {
  if (heldBy > 0) return { may: false, reason: 'entry-in-use', detail: `${heldBy} enrollments refer to it` };
  if (member.rank === 'rolled-back') return chainedVerdict(lineage) ?? { may: true, reason: 'rolled-back' };
  const { newest } = lineage;
  if (trustingEntries(newest, 'caReferences').length === 0) {
    return { may: false, reason: 'newest-not-trusted', detail: `no verified entry holds ${newest.thumbprint}` };
  }
  if (!isWithinValidity(newest, now)) {
    const until = validFrom(newest, now);
    return { may: false, reason: 'newest-not-valid', ...(until && { until }), detail: newest.thumbprint };
  }
  const overlap = overlapEnd(lineage, 'caReferences', wishes.overlap, undefined);
  return retirementVerdict(member, lineage, overlap, wishes, evidence, now);
}

function chainedVerdict({ chainedSubordinates }: Lineage): Stay | undefined {
  if (chainedSubordinates.length === 0) return undefined;
  return { may: false, reason: 'subordinate-chains', detail: chainedSubordinates.join(', ') };
}

function expiryVerdict({ thumbprint, notAfter }: Member, evidence: Evidence | undefined, now: Date): Verdict {
  if (notAfter === undefined) return { may: false, reason: 'expiry-unknown', detail: thumbprint };
  const until = new Date(notAfter.getTime() + AFTER_EXPIRY_MS);
  if (until >= now) return { may: false, reason: 'older-unexpired', until };
  const { lastOld } = evidence ?? {};
  if (evidence === undefined || lastOld === undefined || lastOld <= notAfter) {
    return { may: true, reason: 'older-expired' };
  }
  const detail = `expired, and a device has registered under it at ${lastOld.toISOString()}`;
  return { may: false, reason: 'devices-left', detail, evidence };
}

function evidenceVerdict(
  { thumbprint }: Member,
  { stockCleared }: RetirementWishes,
  evidence: Evidence | undefined,
): Verdict {
  if (evidence === undefined) return { may: false, reason: 'evidence-unavailable', detail: 'none yet' };
  if (evidence.kind !== 'moved') {
    const reason = evidence.kind === 'old' ? 'devices-left' : 'evidence-unavailable';
    return { may: false, reason, detail: describeEvidence(evidence), evidence };
  }
  if (stockCleared !== thumbprint) return { may: false, reason: 'stock-not-cleared', detail: thumbprint, evidence };
  return { may: true, reason: 'devices-moved', evidence: evidence.counts };
}
