import type { JsonObject } from '../../shared/json.ts';
import type { ChangeTask, PlannedChange } from './planned-change.ts';
import type { Written } from './write-changes.ts';

/** A change that is still to be confirmed. */
export type Pending = { readonly outcome: 'pending' | 'unchanged'; readonly planned: PlannedChange };

/** What has been done, or would be, as data; no key in it. */
export function changeJson(dps: string, { action }: ChangeTask, changes: readonly (Written | Pending)[]): JsonObject {
  return {
    action,
    dps,
    enrollments: changes.map((each) => ({
      kind: each.planned.enrollment.kind,
      id: each.planned.enrollment.id,
      outcome: each.outcome,
      differences: each.planned.differences,
      ...('message' in each && { message: each.message }),
    })),
  };
}
