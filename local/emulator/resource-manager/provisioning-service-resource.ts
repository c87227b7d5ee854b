import type { LinkedHub, ProvisioningService } from './provisioning-services.ts';

/** Where a DPS lies in Azure Resource Manager. */
export interface ResourceScope {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** The resource id of a DPS. */
export function resourceIdOf(name: string, { subscriptionId, resourceGroup }: ResourceScope): string {
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  return `${group}/providers/Microsoft.Devices/provisioningServices/${name}`;
}

/**
 * A DPS as the resource manager answers it. `resourcegroup` and `subscriptionid`, all in lower case, are the provider's
 * own; az picks the resource group from there.
 */
export function toProvisioningServiceResource(service: ProvisioningService, scope: ResourceScope): object {
  return {
    etag: service.etag,
    name: service.name,
    location: service.location,
    properties: {
      state: service.state,
      provisioningState: 'Succeeded',
      iotHubs: service.hubs.map(toLinkedHub),
      allocationPolicy: service.allocationPolicy,
      serviceOperationsHostName: service.serviceOperationsHostName,
      deviceProvisioningHostName: service.deviceProvisioningHostName,
      idScope: service.idScope,
    },
    resourcegroup: scope.resourceGroup,
    type: 'Microsoft.Devices/provisioningServices',
    id: resourceIdOf(service.name, scope),
    subscriptionid: scope.subscriptionId,
    tags: {},
    sku: { name: 'S1', tier: 'Standard', capacity: 1 },
  };
}

function toLinkedHub(hub: LinkedHub): object {
  return {
    applyAllocationPolicy: true,
    allocationWeight: hub.allocationWeight,
    name: hub.name,
    // The service masks the key just so.
    connectionString: `HostName=${hub.name};SharedAccessKeyName=iothubowner;SharedAccessKey=****`,
    location: hub.location,
  };
}
