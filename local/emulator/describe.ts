import { OWNER_POLICY } from './create-provisioning-service.ts';
import { type ResourceScope, resourceIdOf } from './resource-manager/provisioning-service-resource.ts';
import type { ProvisioningService } from './resource-manager/provisioning-services.ts';

/** The line that `emulator --json` prints: all that a client needs to know. A published contract. */
export interface EmulatorDescription {
  /** Path of a PEM file: the CA to trust for all HTTPS addresses below. */
  readonly caCertificate: string;
  readonly resourceManager: string;
  /** Ends in /adfs. */
  readonly authority: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: string;
  readonly keyVaults: readonly { readonly name: string; readonly url: string }[];
  readonly provisioningServices: readonly DescribedService[];
  /** `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of an app with a managed identity. */
  readonly identity: { readonly endpoint: string; readonly header: string };
  /** `APPLICATIONINSIGHTS_CONNECTION_STRING` of an app; a token is asked for, so with `Authorization=AAD`. */
  readonly applicationInsights: { readonly connectionString: string };
  readonly control: string;
}

export interface DescribedService {
  readonly name: string;
  readonly resourceId: string;
  /** host:port */
  readonly serviceOperationsHostName: string;
  /** host:port */
  readonly deviceProvisioningHostName: string;
  readonly idScope: string;
  readonly sharedAccessKeyName: string;
  /** Base64. */
  readonly sharedAccessKey: string;
}

export function describeService(service: ProvisioningService, scope: ResourceScope): DescribedService {
  const owner = service.policies.find(({ keyName }) => keyName === OWNER_POLICY);
  if (!owner) throw new Error(`'${service.name}' has no shared access policy '${OWNER_POLICY}'`);
  return {
    name: service.name,
    resourceId: resourceIdOf(service.name, scope),
    serviceOperationsHostName: service.serviceOperationsHostName,
    deviceProvisioningHostName: service.deviceProvisioningHostName,
    idScope: service.idScope,
    sharedAccessKeyName: owner.keyName,
    sharedAccessKey: owner.primaryKey,
  };
}
