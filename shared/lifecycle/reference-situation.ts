import type { Enrollment } from '../ports.ts';
import { samePublicKey } from '../x509/public-key.ts';
import type { CaTags } from './ca-tags.ts';
import type { Evidence } from './evidence.ts';
import {
  type FormerMember,
  isLost,
  isNewer,
  isTrustedIn,
  isWithinValidity,
  type Lineage,
  memberIn,
  type NewestMember,
  validFrom,
  vouchesForNobody,
} from './reference-lineage.ts';
import { type OverlapEnd, overlapEnd } from './reference-overlap.ts';
import { type RetirementWishes, retirementVerdict, type Stay, type Verdict } from './reference-retirement.ts';
import type { Place, ReferenceField, References, Slot } from './reference-slots.ts';
import { type Holder, holderOf } from './reference-table.ts';

/** What an operator wishes for the references to a CA: the tags', else the settings'. */
export interface ReferenceWishes extends RetirementWishes {
  /** `interchangeable`: versions with one key may stand for each other. */
  readonly sameKey: CaTags['sameKey'];
  /** The setting `ALLOCATION_WEBHOOK_URL`. */
  readonly webhookUrl: string | undefined;
}

/** One place of a reference, with the version that it holds. */
export interface Held {
  readonly place: Place;
  readonly slot: Slot;
  readonly holder: Holder;
  readonly member: NewestMember | FormerMember | undefined;
}

/** All that a decision on one reference looks at. */
export interface Situation {
  readonly enrollment: Enrollment;
  readonly lineage: Lineage;
  readonly wishes: ReferenceWishes;
  readonly evidence: Evidence | undefined;
  readonly now: Date;
  readonly field: ReferenceField;
  readonly primary: Held;
  readonly secondary: Held;
}

/** An older version, and the newer one in the other place that would remain. */
export interface Succession {
  readonly older: Held & { readonly member: FormerMember };
  readonly newer: Held & { readonly member: NewestMember | FormerMember };
  readonly overlap: OverlapEnd;
  /** Whether the older one may go, whatever stays. */
  readonly policy: Verdict;
  /** Whether it may go with the newer one left alone. */
  readonly verdict: Verdict;
}

/** Finds out which versions a reference holds. */
export function heldIn(
  lineage: Lineage,
  references: References,
  now: Date,
): { readonly primary: Held; readonly secondary: Held } {
  function held(place: Place): Held {
    const slot = references[place];
    const member = memberIn(lineage, slot);
    // What is lost makes room, as what was rolled back does.
    const holder = isLost(lineage, slot, now) ? 'D' : holderOf(slot, member);
    return { place, slot, holder, member };
  }
  return { primary: held('primary'), secondary: held('secondary') };
}

/**
 * Which of two versions may be released from a reference that holds both, now or later. `undefined` unless one is an
 * older version and the other a newer one: nothing else ever stands in for what is removed.
 */
export function succession(situation: Situation): Succession | undefined {
  const { primary, secondary, lineage, field, wishes, enrollment, evidence, now } = situation;
  const [older, newer] = isSuccessor(secondary, primary) ? [primary, secondary] : [secondary, primary];
  if (older.member?.rank !== 'older' || newer.member === undefined || !isSuccessor(newer, older)) return undefined;
  const overlap = overlapEnd(lineage, field, wishes.overlap, enrollment.record);
  const pair = { older: { ...older, member: older.member }, newer: { ...newer, member: newer.member } };
  const policy = retirementVerdict(pair.older.member, lineage, overlap, wishes, evidence, now);
  return { ...pair, overlap, policy, verdict: cannotRemain(situation, pair) ?? policy };
}

/** Whether the operator says that the newest generation may take a version's very place, since the key is the same. */
export function isInterchangeable({ wishes, lineage }: Situation, { member }: Held): boolean {
  if (wishes.sameKey !== 'interchangeable' || member?.certificate === undefined) return false;
  return samePublicKey(member.certificate.spki, lineage.newest.certificate.spki);
}

/** Whether DPS trusts the newest generation through one of the places that hold it. */
export function isNewestTrusted({ primary, secondary, field }: Situation): boolean {
  return [primary, secondary].some(({ member, slot }) => member?.rank === 'newest' && isTrustedIn(member, slot, field));
}

/** Whether an older version has expired, by any clock, so that it vouches for no device. Unknown is no. */
export function isSpent({ now }: Situation, { member }: Held): boolean {
  return member?.rank === 'older' && vouchesForNobody(member, now);
}

/**
 * Whether a version can be written into another place than it is in. Of an embedded certificate DPS gives back facts, no
 * content, and is only known to take them for it where it stands; so without the vault's copy it stays where it is.
 */
export function isMovable({ field }: Situation, { member }: Held): boolean {
  return field === 'caReferences' || member?.certificate !== undefined;
}

/** Of an older version: what is disabled is not read. */
function isDisabled({ certificate }: FormerMember | NewestMember): boolean {
  return certificate === undefined;
}

function isSuccessor(newer: Held, older: Held): boolean {
  return newer.member !== undefined && older.member !== undefined && isNewer(newer.member, older.member);
}

/** Why a version cannot remain as the only one of this CA in a reference; `undefined` if it can. */
function cannotRemain(situation: Situation, { older, newer }: Pick<Succession, 'older' | 'newer'>): Stay | undefined {
  const { member, slot, place } = newer;
  const { thumbprint } = member;
  if (!isTrustedIn(member, slot, situation.field)) {
    return { may: false, reason: 'newest-not-trusted', detail: `DPS does not trust ${thumbprint} where it is` };
  }
  if (!isWithinValidity(member, situation.now)) {
    const until = validFrom(member, situation.now);
    return { may: false, reason: 'newest-not-valid', ...(until && { until }), detail: thumbprint };
  }
  if (
    member.rank === 'older' &&
    isDisabled(member) &&
    !isDisabled(older.member) &&
    isWithinValidity(older.member, situation.now)
  ) {
    // Whoever disabled it went back to the older one, and so may all devices have.
    return { may: false, reason: 'older-generation-in-use', detail: `${thumbprint} is disabled in the vault` };
  }
  if (place === 'secondary' && !isMovable(situation, newer)) {
    return { may: false, reason: 'older-generation-in-use', detail: `the vault's copy of ${thumbprint} was not read` };
  }
  return undefined;
}
