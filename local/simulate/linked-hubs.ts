import { createIotDpsClient, createProvisioningService } from '../../shared/azure/provisioning-service.ts';
import type { LinkedHub } from '../../shared/ports.ts';
import type { DpsOption } from '../read-dps-option.ts';
import { signIn } from '../sign-in.ts';

/**
 * Reads the hubs that are linked to a DPS, with the weights that it has for them. Throws an Error where nobody is signed
 * in, where the DPS cannot be read, and where it has no hub.
 */
export async function readLinkedHubs({ dps, resourceManagerUrl }: DpsOption): Promise<readonly LinkedHub[]> {
  const credential = await signIn(resourceManagerUrl);
  const client = createIotDpsClient(credential, dps.subscriptionId, resourceManagerUrl);
  const hubs = await createProvisioningService(client, dps).linkedHubs();
  if (hubs.length > 0) return hubs;
  throw new Error(`Cannot simulate with the hubs of ${dps.name}: none is linked to it. Link one, or give --hubs`);
}
