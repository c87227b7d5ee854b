import { randomBytes } from 'node:crypto';
import { createProvisioningService } from '../../local/emulator/create-provisioning-service.ts';
import { createKeyPool } from '../../local/emulator/key-pool.ts';
import { createVault, type Vault } from '../../local/emulator/key-vault/vault.ts';
import {
  createProvisioningServices,
  type ProvisioningService as EmulatedService,
} from '../../local/emulator/resource-manager/provisioning-services.ts';
import { createResourceManager } from '../../local/emulator/resource-manager/resource-manager.ts';
import { type Service, ServiceError } from '../../local/emulator/service.ts';
import type { KeyVault, ProvisioningService } from '../../shared/ports.ts';
import { inProcessProvisioningService, inProcessVault } from './in-process-ports.ts';

/** The ports under test, and the emulated services behind them, for all that the ports themselves cannot arrange. */
export interface ContractWorld {
  readonly keyVault: KeyVault;
  /** Behind `keyVault`; empty. */
  readonly vault: Vault;
  readonly service: ProvisioningService;
  /** Behind `service`; active, without certificates. */
  readonly dps: EmulatedService;
  /** What has reached vault and DPS so far; challenges, which carry no token, apart. */
  requests(): readonly AnsweredRequest[];
}

export interface AnsweredRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Parsed JSON. */
  readonly body?: unknown;
}

const SUBSCRIPTION = 'sub-1';
const keys = createKeyPool();

/** A world without sockets, SDKs and tokens. The clock is the machine's. */
export async function inProcessWorld(): Promise<ContractWorld> {
  const now = () => new Date();
  const authority = () => 'https://login.example/tenant';
  const vault = createVault({ name: 'kv-1', keys, now, authority });
  const dps = createProvisioningService(
    { name: 'dps-1', state: 'Active', hubs: [], certificates: [] },
    { now, random: randomBytes },
  );
  const provisioningServices = createProvisioningServices();
  provisioningServices.add(dps);
  const resourceManager = createResourceManager({
    subscriptionId: SUBSCRIPTION,
    tenantId: 'tenant',
    resourceGroup: 'rg-1',
    now,
    random: randomBytes,
    provisioningServices,
    addresses: () => [],
    authority,
  });
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-1/providers/Microsoft.Devices/provisioningServices/dps-1`;
  const resourceId = { id, subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-1', name: 'dps-1' };
  const requests: AnsweredRequest[] = [];
  return {
    keyVault: inProcessVault(recorded(vault, requests), 'https://kv-1.vault.azure.net'),
    vault,
    service: inProcessProvisioningService(recorded(resourceManager, requests), resourceId),
    dps,
    requests: () => requests,
  };
}

function recorded(service: Service, requests: AnsweredRequest[]): Service {
  return {
    ...service,
    handle: async (request) => {
      const { method, url, body } = request;
      const record = (status: number) => requests.push({ method, path: url.pathname, status, body });
      try {
        const response = await service.handle(request);
        record(response.status);
        return response;
      } catch (error) {
        record(error instanceof ServiceError ? error.response.status : 0);
        throw error;
      }
    },
  };
}
