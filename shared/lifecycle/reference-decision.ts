import type { Enrollment } from '../ports.ts';
import type { Evidence } from './evidence.ts';
import { type FormerMember, isNewer, type Lineage, vouchesUntil } from './reference-lineage.ts';
import { newestSlot, placeInsteadOf, placeNewest, release } from './reference-move.ts';
import { restsOnEvidence } from './reference-retirement.ts';
import {
  type Held,
  heldIn,
  isInterchangeable,
  isNewestTrusted,
  isSpent,
  type ReferenceWishes,
  type Situation,
  succession,
} from './reference-situation.ts';
import { readReferences } from './reference-slots.ts';
import type { ReferenceStep } from './reference-step.ts';
import { RULES } from './reference-table.ts';

/** An older version that a reference holds. */
export interface FormerUse {
  readonly thumbprint: string;
  /** Whether it may be released from this reference now. */
  readonly isReleasable: boolean;
  /** When the overlap ends in this reference; `undefined` while it has not begun here or its end is not known. */
  readonly overlapEnds: Date | undefined;
}

/** What to do with one reference, and which older versions it holds meanwhile. */
export type ReferenceDecision = ReferenceStep & { readonly former: readonly FormerUse[] };

/**
 * What the reference of an enrollment ought to be: the one definition, for plan, move and retirement alike. The table
 * RULES says what becomes of which pair; here stands what must be given before. A wait goes on by itself.
 * @param lineage the CA as this enrollment's DPS has it
 * @param evidence what registrations prove of the devices of this very enrollment; `undefined` where nobody has looked
 */
export function decideReference(
  enrollment: Enrollment,
  lineage: Lineage,
  wishes: ReferenceWishes,
  now: Date,
  evidence?: Evidence,
): ReferenceDecision {
  const references = readReferences(enrollment.record);
  if (references === undefined) return { step: 'not-ours', former: [] };
  const { field } = references;
  const situation = { enrollment, lineage, wishes, evidence, now, field, ...heldIn(lineage, references, now) };
  const step = decide(situation);
  return { ...step, former: formerUses(situation, step) };
}

/**
 * The older version of a reference that evidence decides on, once all else would let it go; `undefined` where there is
 * none, and nobody need look.
 */
export function versionInQuestion(
  enrollment: Enrollment,
  lineage: Lineage,
  wishes: ReferenceWishes,
  now: Date,
): FormerMember | undefined {
  const references = readReferences(enrollment.record);
  if (references === undefined) return undefined;
  const { field } = references;
  const next = succession({
    enrollment,
    lineage,
    wishes,
    evidence: undefined,
    now,
    field,
    ...heldIn(lineage, references, now),
  });
  return next && restsOnEvidence(next.verdict) ? next.older.member : undefined;
}

function decide(situation: Situation): ReferenceStep {
  const { primary, secondary } = situation;
  const rule = RULES[`${primary.holder}${secondary.holder}`];
  switch (rule) {
    case 'not ours':
      return { step: 'not-ours' };
    case 'holds newest':
      return settle(situation);
    case 'crowded':
      return makeRoom(situation);
    case 'taken':
      return besideStranger(situation);
    default:
      return placeNewest(situation, rule);
  }
}

/** N is there; an older version beside it goes once it may. Nothing is settled while DPS does not trust N where it is. */
function settle(situation: Situation): ReferenceStep {
  const next = succession(situation);
  if (next === undefined) {
    if (isNewestTrusted(situation)) return { step: 'settled', stays: undefined };
    const detail = `DPS does not trust ${situation.lineage.newest.thumbprint} where it is`;
    return { step: 'wait', reason: 'newest-not-trusted', detail };
  }
  const { verdict, older } = next;
  if (verdict.may) return release(situation, next, verdict);
  return { step: 'settled', stays: { thumbprint: older.member.thumbprint, ...verdict } };
}

/**
 * Two older versions: one is released, or N takes its very place, because it has expired or has the key of N; else N must
 * wait. What has expired vouches for nobody, so no wish keeps it where N is wanted: a device that neither vouches for
 * would be stranded meanwhile.
 */
function makeRoom(situation: Situation): ReferenceStep {
  const { primary, secondary, enrollment } = situation;
  if (primary.member === secondary.member) return placeNewest(situation, 'NO');
  const next = succession(situation);
  if (next?.verdict.may) return release(situation, next, next.verdict);
  const spent = spentOf(situation);
  if (spent !== undefined) return placeInsteadOf(situation, spent);
  const stay = next?.verdict.may === false ? next.verdict : undefined;
  const oldestFirst = next === undefined ? [primary, secondary] : [next.older, next.newer];
  const replaceable = oldestFirst.find((held) => isInterchangeable(situation, held));
  if (replaceable !== undefined) return placeNewest(situation, replaceable.place);
  const why = stay === undefined ? 'neither is the newer one' : [stay.reason, stay.detail].filter(Boolean).join(': ');
  const until = earliest([stay?.until, ...[primary, secondary].map(({ member }) => member && vouchesUntil(member))]);
  return {
    step: 'wait',
    reason: 'older-generation-in-use',
    ...(until && { until }),
    detail:
      `${enrollment.kind} '${enrollment.id}' holds ${describe(primary)} and ${describe(secondary)} (${why}); ` +
      'to go on now, split it in two, each with one of them',
  };
}

/** Which of two older versions has expired; the elder where both have, the first where neither is newer. */
function spentOf(situation: Situation): Held | undefined {
  const { primary, secondary } = situation;
  const [first, second] = [primary, secondary].filter((held) => isSpent(situation, held));
  if (first?.member === undefined || second?.member === undefined) return first;
  return isNewer(first.member, second.member) ? second : first;
}

function earliest(moments: readonly (Date | undefined)[]): Date | undefined {
  const times = moments.flatMap((moment) => moment?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** An older version and a stranger, who is never touched. */
function besideStranger(situation: Situation): ReferenceStep {
  const { primary, secondary, enrollment } = situation;
  const older = primary.holder === 'O' ? primary : secondary;
  if (isInterchangeable(situation, older) || isSpent(situation, older)) return placeNewest(situation, older.place);
  // A refusal before its time would call a person for nothing.
  const newest = newestSlot(situation);
  if ('step' in newest) return newest;
  return {
    step: 'refuse',
    reason: 'both-slots-taken',
    detail:
      `${enrollment.kind} '${enrollment.id}' holds ${describe(primary)} and ${describe(secondary)}; ` +
      'take the one that is not of this CA out, or split it in two, each with one of them',
  };
}

function formerUses(situation: Situation, step: ReferenceStep): readonly FormerUse[] {
  const next = succession(situation);
  const members = [situation.primary.member, situation.secondary.member].filter((member) => member !== undefined);
  return [...new Set(members)]
    .filter(({ rank }) => rank !== 'newest')
    .map(({ thumbprint }) => {
      const isNext = thumbprint === next?.older.member.thumbprint;
      return {
        thumbprint,
        isReleasable: isNext && step.step === 'release',
        overlapEnds: isNext && 'ends' in next.overlap ? next.overlap.ends : undefined,
      };
    });
}

function describe({ slot, place }: Held): string {
  if (slot.kind === 'entry') return `${place} '${slot.name}'`;
  return slot.kind === 'certificate' ? `${place} ${slot.thumbprint}` : `${place} of unknown content`;
}
