import { dateTime } from '../enrollments/date-time.ts';
import type { Registration } from '../enrollments/registration-store.ts';
import type { JsonObject } from '../lossless-json.ts';
import type { Allocation, AllocationFailure } from './allocation.ts';
import type { Assignment } from './assignment.ts';
import type { Credential } from './attested.ts';
import { currentHub } from './current-hub.ts';
import type { HubAuthentication, HubDevice, Hubs } from './hubs.ts';
import { readReprovisioning } from './reprovisioning.ts';

/** An allocation that found a hub. */
type Allocated = Exclude<Allocation, AllocationFailure>;

/**
 * Puts a device where it was allocated, and writes down what became of its registration.
 * ASSUMED: that a failed registration keeps what is known of an earlier one; that a device which comes back to its hub
 * is `reprovisionedToInitialAssignment`, whatever its reprovision policy.
 */
export function concludeAssignment(
  assignment: Assignment,
  allocation: Allocation,
  { hubs, now }: { readonly hubs: Hubs; readonly now: Date },
): Registration {
  const { service, registrationId, enrollment } = assignment;
  const state =
    'errorCode' in allocation
      ? failedState(assignment, allocation, now)
      : assignedState(assignment, allocation, now, putOnHub(assignment, allocation, hubs));
  const enrollmentGroupId = enrollment.kind === 'group' ? enrollment.id : undefined;
  return service.registrations.put({ registrationId, enrollmentGroupId, state });
}

function failedState({ service, registrationId }: Assignment, failure: AllocationFailure, now: Date): JsonObject {
  const { createdDateTimeUtc, assignedHub, deviceId } = service.registrations.get(registrationId)?.state ?? {};
  return {
    ...(createdDateTimeUtc !== undefined && { createdDateTimeUtc }),
    ...(assignedHub !== undefined && { assignedHub, deviceId }),
    status: 'failed',
    ...failure,
    lastUpdatedDateTimeUtc: dateTime(now),
  };
}

function assignedState(
  assignment: Assignment,
  { hub, payload }: Allocated,
  now: Date,
  { deviceId, substatus }: { readonly deviceId: string; readonly substatus: string },
): JsonObject {
  const present = assignment.service.registrations.get(assignment.registrationId);
  return {
    createdDateTimeUtc: present?.state.createdDateTimeUtc ?? dateTime(now),
    assignedHub: hub,
    deviceId,
    status: 'assigned',
    substatus,
    lastUpdatedDateTimeUtc: dateTime(now),
    ...(payload !== undefined && { payload }),
  };
}

/** The device leaves its former hub for the new one, with its twin or with a fresh one; its credential is refreshed. */
function putOnHub(assignment: Assignment, { hub, initialTwin }: Allocated, hubs: Hubs) {
  const { service, registrationId, record, credential } = assignment;
  // Not as it was at the beginning: another registration of the device may have ended meanwhile.
  const current = currentHub(service, registrationId);
  const former = current && hubs.get(current.hub, current.deviceId);
  const isSameHub = current?.hub === hub;
  const keepsTwin = isSameHub || readReprovisioning(record).migrateDeviceData;
  const deviceId = typeof record.deviceId === 'string' && record.deviceId !== '' ? record.deviceId : registrationId;
  const device: HubDevice = {
    deviceId,
    registrationId,
    authentication: authentication(credential),
    initialTwin: former && keepsTwin ? former.initialTwin : (initialTwin ?? record.initialTwin ?? undefined),
  };
  if (current) hubs.delete(current.hub, current.deviceId);
  hubs.put(hub, device);
  return { deviceId, substatus: substatus(current !== undefined, isSameHub, keepsTwin) };
}

function substatus(isKnown: boolean, isSameHub: boolean, keepsTwin: boolean): string {
  if (!isKnown) return 'initialAssignment';
  if (isSameHub) return 'reprovisionedToInitialAssignment';
  return keepsTwin ? 'deviceDataMigrated' : 'deviceDataReset';
}

function authentication(credential: Credential): HubAuthentication {
  if (credential.kind === 'symmetricKey') return { type: 'sas' };
  const thumbprint = credential.certificate.fingerprint256.replaceAll(':', '');
  return {
    type: 'selfSigned',
    x509Thumbprint: { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint },
  };
}
