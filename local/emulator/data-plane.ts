import { dataPlaneFailure } from './data-plane-error.ts';
import type { ProvisioningService } from './resource-manager/provisioning-services.ts';
import type { Service } from './service.ts';

/**
 * The port of one DPS. Enrollments and device registration are not emulated yet: whatever is asked is not found.
 * ASSUMED: codes of which the last three digits are zeros.
 */
export function createDataPlane(
  { name }: ProvisioningService,
  { now, random }: { now: () => Date; random: (bytes: number) => Uint8Array },
): Service {
  const failure = (status: number, message: string) =>
    dataPlaneFailure(status * 1000, message, Buffer.from(random(16)).toString('hex'), now());
  return {
    service: 'enrollments',
    instance: name,
    // It takes SAS tokens beside bearer tokens, and will look at both itself.
    audiences: undefined,
    handle: async ({ url }) => failure(404, `The emulator has nothing at '${url.pathname}'.`),
    unauthorized: () => failure(401, 'Unauthorized'),
    failure,
  };
}
