import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';

/** Where a device is, by its registration. */
export interface CurrentHub {
  /** Host name, as the DPS spells it. */
  readonly hub: string;
  readonly deviceId: string;
}

/**
 * The hub that a device was assigned to before; `undefined` if it was not.
 * ASSUMED: nor if the DPS is not linked to that hub any more.
 */
export function currentHub(service: ProvisioningService, registrationId: string): CurrentHub | undefined {
  const { assignedHub, deviceId } = service.registrations.get(registrationId)?.state ?? {};
  if (typeof assignedHub !== 'string' || typeof deviceId !== 'string') return undefined;
  const linked = service.hubs.find(({ name }) => name.toLowerCase() === assignedHub.toLowerCase());
  return linked && { hub: linked.name, deviceId };
}
