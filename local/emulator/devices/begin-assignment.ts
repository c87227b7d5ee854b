import { showEnrollment } from '../enrollments/show-enrollment.ts';
import { asObject, type JsonObject } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { Assignment } from './assignment.ts';
import type { Attested } from './attested.ts';
import type { DeviceContext } from './context.ts';
import { currentHub } from './current-hub.ts';
import { readReprovisioning } from './reprovisioning.ts';

/**
 * Gathers what decides on a device's hub. A device that must not be reprovisioned has its present hub alone.
 * ASSUMED: that hubs in an enrollment's list which the DPS is not linked to are passed over.
 */
export function beginAssignment({ service, registrationId, body }: DeviceContext, attested: Attested): Assignment {
  const record = showEnrollment(attested.enrollment, service, true);
  const current = currentHub(service, registrationId);
  const stays = current !== undefined && !readReprovisioning(record).updateHubAssignment;
  return {
    ...attested,
    service,
    registrationId: service.registrations.get(registrationId)?.registrationId ?? registrationId,
    payload: asObject(body)?.payload,
    record,
    current,
    linkedHubs: stays ? [current.hub] : linked(service, hubsOf(record) ?? service.hubs.map(({ name }) => name)),
  };
}

/** `iotHubs` of an enrollment, or `iotHubHostName`, which is older; `undefined` where it says nothing. */
function hubsOf({ iotHubs, iotHubHostName }: JsonObject): string[] | undefined {
  if (Array.isArray(iotHubs) && iotHubs.length > 0) return iotHubs.map(String);
  return typeof iotHubHostName === 'string' && iotHubHostName !== '' ? [iotHubHostName] : undefined;
}

function linked(service: ProvisioningService, names: readonly string[]): string[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return service.hubs.map(({ name }) => name).filter((name) => wanted.has(name.toLowerCase()));
}
