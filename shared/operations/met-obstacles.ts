import { messageOf } from '../errors.ts';
import type { RefusalEvent } from '../events.ts';
import { VAULT_LANE } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { type Reason, UNREAD_REASONS } from '../lifecycle/reasons.ts';
import { keyOf } from './catalogue.ts';
import type { Decided } from './decide-on.ts';
import { isDue, OWN_REASONS, type Plan, type PlannedStep } from './planned.ts';
import type { Snapshot, SnapshotObstacle } from './snapshot.ts';
import { verdictOf } from './verdict-of.ts';

// What only acting shows, such as a permission that is missing: whoever only looks sees a step that is due, for ever.

/** How a renewal has left one CA. */
export interface EndedCa {
  readonly ca: CaId;
  /** `undefined` where it could not be looked at. */
  readonly decided?: Decided;
  /** What stopped it. */
  readonly met: readonly SnapshotObstacle[];
  /** Whether its message does not come again. */
  readonly isOver: boolean;
}

/** When a renewal met something, and which generation somebody wanted replaced by it, if any. */
export type Meeting = Pick<SnapshotObstacle, 'metAt' | 'forced'>;

/** A refusal that a renewal has met. */
export function metRefusal({ reason, dps, message }: RefusalEvent, ca: CaId, meeting: Meeting): SnapshotObstacle {
  return { severity: 'attention', reason, ca, ...(dps !== undefined && { dps }), message, ...meeting };
}

/**
 * What failed in a renewal, and is tried again.
 * @param lane name of the lane that it failed in; absent: the CA could not be looked at
 */
export function metFailure(error: unknown, ca: CaId, meeting: Meeting, lane?: string): SnapshotObstacle {
  const reason = 'renewal-failed';
  const message = `${OWN_REASONS[reason]} (${messageOf(error)})`;
  const dps = lane?.startsWith('/') ? { dps: lane } : {};
  return { severity: 'note', reason, ca, ...dps, message, ...meeting };
}

/** Notes a failure that has ended all work on a CA; where it was one of its lanes', that is noted already. */
export function noteFailure(ended: EndedCa[], ca: CaId, error: unknown, meeting: Meeting): void {
  if (ended.some((each) => keyOf(each.ca) === keyOf(ca))) return;
  ended.push({ ca, met: [metFailure(error, ca, meeting)], isOver: false });
}

/** A plan with what the renewals before it have met, as far as what they were about is open still. */
export function withMet(plan: Plan, former: Snapshot | undefined): Plan {
  const met = (former?.obstacles ?? []).filter((each) => each.metAt !== undefined && isLeft(each, each.metAt, plan));
  if (met.length === 0) return plan;
  const obstacles = [...plan.obstacles, ...met];
  return { ...plan, obstacles, verdict: verdictOf({ ...plan, obstacles }) };
}

/** Nobody is reminded for ever of what somebody wanted once, and no scan would do. */
const FORCED_KEPT_MS = 7 * 86_400_000;

/** Lanes of which nobody can tell whether they have a step to take. */
const UNTOLD: readonly (Reason | undefined)[] = [...UNREAD_REASONS, 'service-not-active'];

function isLeft({ ca, dps, reason, forced }: SnapshotObstacle, metAt: Date, { at, cas }: Plan): boolean {
  const found = cas.find((each) => ca !== undefined && keyOf(each.ca) === keyOf(ca));
  if (forced !== undefined && found?.generations[0]?.thumbprint === forced) {
    return at.getTime() - metAt.getTime() < FORCED_KEPT_MS;
  }
  const isOfAll = reason === 'renewal-failed' || reason === 'renewal-abandoned';
  const lane = dps ?? (isOfAll ? undefined : VAULT_LANE);
  const isOpen = (step: PlannedStep) => isDue(step) || step.step === 'unknown' || UNTOLD.includes(step.reason);
  return found?.next.some((step) => (lane === undefined || step.lane === lane) && isOpen(step)) ?? false;
}
