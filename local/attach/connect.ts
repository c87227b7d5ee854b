import type { TokenCredential } from '@azure/identity';
import { createDataPlaneClient, type DataPlaneClient } from '../../shared/azure/data-plane-client.ts';
import { createEnrollments } from '../../shared/azure/enrollments.ts';
import { createIotDpsClient, createProvisioningService } from '../../shared/azure/provisioning-service.ts';
import type { Enrollments, ResourceId } from '../../shared/ports.ts';

/** One DPS, as far as this command has to do with it. */
export interface ConnectedDps {
  readonly name: string;
  readonly enrollments: Enrollments;
  /** Its service API, for what the port of enrollments does not need. */
  readonly dataPlane: DataPlaneClient;
  /** Host names of the hubs linked to it. */
  readonly hubs: readonly string[];
}

/** Reads the resource of a DPS, and reaches its enrollments. Throws as the port's methods do. */
export async function connect(
  dps: ResourceId,
  resourceManagerUrl: string,
  credential: TokenCredential,
): Promise<ConnectedDps> {
  const client = createIotDpsClient(credential, dps.subscriptionId, resourceManagerUrl);
  const service = createProvisioningService(client, dps);
  const host = await service.serviceOperationsHostName();
  return {
    name: dps.name,
    enrollments: createEnrollments(host, credential),
    dataPlane: createDataPlaneClient(host, credential),
    hubs: (await service.linkedHubs()).map(({ name }) => name),
  };
}
