import { messageOf } from '../errors.ts';
import type { RefusalEvent } from '../events.ts';
import type { CaId } from '../lifecycle/observed.ts';
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
}

/** A refusal that a renewal has met. */
export function metRefusal({ reason, dps, message }: RefusalEvent, ca: CaId, metAt: Date): SnapshotObstacle {
  return { severity: 'attention', reason, ca, ...(dps !== undefined && { dps }), message, metAt };
}

/** What failed in a renewal, and is tried again. */
export function metFailure(error: unknown, ca: CaId, metAt: Date, dps?: string): SnapshotObstacle {
  const reason = 'renewal-failed';
  const message = `${OWN_REASONS[reason]} (${messageOf(error)})`;
  return { severity: 'note', reason, ca, ...(dps !== undefined && { dps }), message, metAt };
}

/** A plan with what the renewals before it have met, as far as what they were about is due still. */
export function withMet(plan: Plan, former: Snapshot | undefined): Plan {
  const met = (former?.obstacles ?? []).filter((each) => each.metAt !== undefined && isLeft(each, plan));
  if (met.length === 0) return plan;
  const obstacles = [...plan.obstacles, ...met].sort((a, b) => a.severity.localeCompare(b.severity));
  return { ...plan, obstacles, verdict: verdictOf({ ...plan, obstacles }) };
}

function isLeft({ ca, dps }: SnapshotObstacle, { cas }: Plan): boolean {
  const found = cas.find((each) => ca !== undefined && keyOf(each.ca) === keyOf(ca));
  const isOpen = (step: PlannedStep) => isDue(step) || step.step === 'unknown';
  return found?.next.some((step) => (dps === undefined || step.lane === dps) && isOpen(step)) ?? false;
}
