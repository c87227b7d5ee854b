import type { JsonObject } from '../../shared/json.ts';
import type { Enrollment } from '../../shared/ports.ts';
import { attachedRecord } from './attached-record.ts';
import { detachedRecord } from './detached-record.ts';
import { type Difference, differences } from './differences.ts';
import type { AttachTask } from './read-attach-options.ts';

export type ChangeTask = Exclude<AttachTask, { readonly action: 'check' }>;

/** What is to be done with one enrollment; nothing where there are no differences. */
export interface PlannedChange {
  readonly enrollment: Enrollment;
  readonly differences: readonly Difference[];
  readonly change: (record: JsonObject) => JsonObject;
}

/** What a task would change in an enrollment. */
export function plannedChange(enrollment: Enrollment, task: ChangeTask): PlannedChange {
  const change = (record: JsonObject) =>
    task.action === 'attach' ? attachedRecord(record, task.webhook) : detachedRecord(record, task.detachment);
  return { enrollment, change, differences: differences(enrollment.record, change(enrollment.record)) };
}
