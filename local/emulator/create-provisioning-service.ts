import { createServiceState, type ServiceWorld } from './create-service-state.ts';
import type { ProvisioningService } from './resource-manager/provisioning-services.ts';
import type { Seed } from './seed.ts';

/** The policy that every DPS is created with, and its rights. */
export const OWNER_POLICY = 'provisioningserviceowner';
const OWNER_RIGHTS = 'ServiceConfig, DeviceConnect, EnrollmentWrite';

/** A DPS as the seed wants it, empty yet, and with host names to be filled in when its servers listen. */
export function createProvisioningService(
  seeded: Seed['provisioningServices'][number],
  world: ServiceWorld,
): ProvisioningService {
  const base64 = (bytes: number) => Buffer.from(world.random(bytes)).toString('base64');
  return {
    name: seeded.name,
    location: 'westeurope',
    // As Azure's: 0ne and eight upper-case hexadecimal digits.
    idScope: `0ne${Buffer.from(world.random(4)).toString('hex').toUpperCase()}`,
    etag: base64(8),
    allocationPolicy: 'Hashed',
    hubs: seeded.hubs.map(({ name, location, weight }) => ({
      name: `${name}.azure-devices.net`,
      location,
      allocationWeight: weight,
    })),
    policies: [{ keyName: OWNER_POLICY, primaryKey: base64(64), secondaryKey: base64(64), rights: OWNER_RIGHTS }],
    serviceOperationsHostName: '',
    deviceProvisioningHostName: '',
    state: seeded.state,
    ...createServiceState(seeded.name, world, seeded.behaviour),
  };
}
