import type { ReferenceChange, WantedSlot } from './reference-change.ts';
import { differingCommonName } from './reference-common-name.ts';
import { isTrustedByItself, isTrustedIn, isWithinValidity, trustingEntries, validFrom } from './reference-lineage.ts';
import type { Verdict } from './reference-retirement.ts';
import { type Held, isMovable, type Situation, type Succession } from './reference-situation.ts';
import type { Place } from './reference-slots.ts';
import type { MoveStep, ReleaseStep } from './reference-step.ts';
import type { WantedPair } from './reference-table.ts';
import { unmaskWebhook } from './reference-webhook.ts';
import type { RestingStep } from './resting-step.ts';

type FilledSlot = ReferenceChange['primary'];

/** Both places: as a pair of the table says, in one place alone, or before what is primary now. */
type Wanted = WantedPair | Place | 'before primary';

/**
 * The newest generation takes its place: as a pair of the table says, or in the very place of an older version. Only if
 * DPS trusts it there, and it is within its validity.
 */
export function placeNewest(situation: Situation, wanted: Wanted): MoveStep | RestingStep {
  const { primary, secondary } = situation;
  const newest = newestSlot(situation);
  if ('step' in newest) return newest;
  const [first, second] = arrange(situation, wanted, newest);
  const isRolledBack = [primary, secondary].some(({ member }) => member?.rank === 'rolled-back');
  const reason = isRolledBack ? 'rolled-back' : 'reference-behind';
  return write(situation, first, second, (change) => ({ step: 'move', reason, change }));
}

/** The newest generation comes for one of two older versions, and first unless the other cannot leave that place. */
export function placeInsteadOf(situation: Situation, { place }: Held): MoveStep | RestingStep {
  const isFirst = place === 'secondary' && isMovable(situation, situation.primary);
  return placeNewest(situation, isFirst ? 'before primary' : place);
}

/** The older version leaves, and the newer one is `primary`. */
export function release(
  situation: Situation,
  { older, newer }: Succession,
  verdict: Extract<Verdict, { readonly may: true }>,
): ReleaseStep | RestingStep {
  const { thumbprint } = older.member;
  return write(situation, kept(situation, newer), { kind: 'empty' }, (change) => {
    const evidence = 'evidence' in verdict ? { evidence: verdict.evidence } : {};
    return { step: 'release', reason: verdict.reason, thumbprint, change, ...evidence };
  });
}

/** What a slot is to hold of the newest generation; or why it cannot hold it now. */
export function newestSlot(situation: Situation): FilledSlot | RestingStep {
  const { lineage, field, now, primary, secondary } = situation;
  const { thumbprint, certificate, notAfter, entries, issuerEntry } = lineage.newest;
  const [entry] = trustingEntries(lineage.newest, field);
  if (entry === undefined && !isTrustedByItself(lineage.newest, field)) {
    // Its own entry will be proved; that of its issuer is nobody's business here.
    if (field === 'caReferences' || entries.length > 0) {
      return { step: 'wait', reason: 'newest-not-trusted', detail: `no verified entry holds ${thumbprint}` };
    }
    const issuer = issuerEntry === undefined ? 'has no entry' : `has the unverified entry '${issuerEntry.name}'`;
    return { step: 'refuse', reason: 'embedded-untrusted', detail: `the issuer of ${thumbprint} ${issuer}` };
  }
  if (!isWithinValidity(lineage.newest, now)) {
    const span = `${certificate.notBefore.toISOString()} to ${notAfter.toISOString()}`;
    const until = validFrom(lineage.newest, now);
    return {
      step: 'wait',
      reason: 'newest-not-valid',
      ...(until && { until }),
      detail: `${thumbprint}, valid ${span}`,
    };
  }
  if (field === 'caReferences' && entry !== undefined) return { kind: 'entry', name: entry.name };
  if (field === 'clientCertificates') {
    const differing = [primary, secondary].map((held) => differingName(situation, held)).find(Boolean);
    if (differing !== undefined) return { step: 'refuse', reason: 'common-name-differs', detail: differing };
  }
  return { kind: 'certificate', thumbprint, der: certificate.der };
}

function differingName({ lineage, enrollment }: Situation, { slot, member }: Held): string | undefined {
  if (slot.kind !== 'certificate' || member === undefined) return undefined;
  const differing = differingCommonName(lineage.newest.certificate.subject, slot.subjectName);
  return differing && `${enrollment.kind} '${enrollment.id}', ${lineage.newest.thumbprint}: ${differing}`;
}

/** Both places, for a pair of the table or for one place. */
function arrange(situation: Situation, wanted: Wanted, newest: FilledSlot): readonly [FilledSlot, WantedSlot] {
  const { primary, secondary } = situation;
  const older = olderToKeep(situation);
  const mustStay = older === primary && !isMovable(situation, older);
  switch (wanted) {
    case 'N-':
      return [newest, { kind: 'empty' }];
    case 'NO':
      return mustStay ? [kept(situation, older), newest] : [newest, kept(situation, older)];
    case 'NF':
    case 'primary':
      return [newest, kept(situation, secondary)];
    case 'before primary':
      return [newest, kept(situation, primary)];
    case 'FN':
    case 'secondary':
      return [kept(situation, primary), newest];
  }
}

/** Where the older version is kept from. If it is in both places, under two names, then by one that DPS trusts. */
function olderToKeep({ primary, secondary, field }: Situation): Held {
  if (secondary.holder !== 'O' || secondary.member === undefined) return primary;
  const isOnlyThere = primary.holder !== 'O' || !isTrustedIn(secondary.member, primary.slot, field);
  return isOnlyThere || isTrustedIn(secondary.member, secondary.slot, field) ? secondary : primary;
}

/** What a place holds, as it is: a version of ours from the vault's content where that is known, all else untouched. */
function kept({ field }: Situation, { place, member }: Held): FilledSlot {
  if (field === 'caReferences' || member?.certificate === undefined) return { kind: 'kept', from: place };
  return { kind: 'certificate', thumbprint: member.thumbprint, der: member.certificate.der };
}

/** A write of the record, unless it would write a masked webhook URL. */
function write<T>(
  { enrollment, wishes, field }: Situation,
  primary: FilledSlot,
  secondary: WantedSlot,
  step: (change: ReferenceChange) => T,
): T | RestingStep {
  const webhook = unmaskWebhook(enrollment.record, wishes.webhookUrl);
  if ('masked' in webhook) {
    const detail = `${enrollment.kind} '${enrollment.id}': ${webhook.masked}`;
    return { step: 'refuse', reason: 'webhook-masked', detail };
  }
  return step({ field, primary, secondary, webhookUrl: webhook.webhookUrl });
}
