import { showRegistration } from '../enrollments/show-registration.ts';
import type { JsonObject } from '../lossless-json.ts';
import { allocate } from './allocate.ts';
import { allocateByWebhook, type WebhookWorld } from './allocate-by-webhook.ts';
import type { Allocation } from './allocation.ts';
import type { Assignment } from './assignment.ts';
import { concludeAssignment } from './conclude-assignment.ts';
import type { Hubs } from './hubs.ts';
import type { OperationResult } from './operations.ts';

export interface AssignmentWorld extends WebhookWorld {
  readonly hubs: Hubs;
  readonly now: () => Date;
  /** Receives what went wrong inside the emulator itself. */
  readonly log: (text: string) => void;
}

/**
 * Assigns a device to a hub and passes on what it is to see: at once by the policies that DPS has itself, later by a
 * webhook. Never rejects.
 */
export async function assign(
  assignment: Assignment,
  world: AssignmentWorld,
  settle: (result: OperationResult) => void,
): Promise<void> {
  const { service, record } = assignment;
  const policy = String(record.allocationPolicy ?? service.allocationPolicy).toLowerCase();
  try {
    const allocation = policy === 'custom' ? await allocateByWebhook(assignment, world) : allocate(policy, assignment);
    settle(conclude(assignment, allocation, world));
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.log(`${service.name}: the registration of '${assignment.registrationId}' failed: ${why}`);
    const failure = { errorCode: 500_000, errorMessage: 'The emulator failed; its log says why.' };
    // Nothing is written down: it may be the writing that failed.
    const { registrationId } = assignment;
    settle({ status: 'failed', registrationState: { registrationId, status: 'failed', ...failure } });
  }
}

function conclude(assignment: Assignment, allocation: Allocation, { hubs, now }: AssignmentWorld): OperationResult {
  const registration = concludeAssignment(assignment, allocation, { hubs, now: now() });
  return {
    status: 'errorCode' in allocation ? 'failed' : 'assigned',
    registrationState: { ...attestation(assignment), ...showRegistration(registration) },
  };
}

/** ASSUMED: that a device is told by which attestation and group it came in, as in real answers, and no more. */
function attestation({ credential, enrollment }: Assignment): JsonObject {
  return { [credential.kind]: enrollment.kind === 'group' ? { enrollmentGroupId: enrollment.id } : {} };
}
