import { randomBytes } from 'node:crypto';
import { createDataPlane } from '../../local/emulator/enrollments/data-plane.ts';
import type { Vault } from '../../local/emulator/key-vault/vault.ts';
import type { ProvisioningService as EmulatedService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import type { Service } from '../../local/emulator/service.ts';
import type { Enrollments, KeyVault, ProvisioningService } from '../../shared/ports.ts';
import { dpsId, inProcessAzure, vaultUrl } from './in-process-azure.ts';
import { inProcessEnrollments } from './in-process-enrollments.ts';
import { inProcessProvisioningService, inProcessVault } from './in-process-ports.ts';
import { observedService } from './observed-service.ts';

/** The ports under test, and the emulated services behind them, for all that the ports themselves cannot arrange. */
export interface ContractWorld {
  readonly keyVault: KeyVault;
  /** Behind `keyVault`; empty. */
  readonly vault: Vault;
  readonly service: ProvisioningService;
  /** Behind `service`; active, without certificates. */
  readonly dps: EmulatedService;
  /** Of the same DPS; none. */
  readonly enrollments: Enrollments;
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

/** A world without sockets, SDKs and tokens. The clock is the machine's. */
export async function inProcessWorld(): Promise<ContractWorld> {
  const seed = { version: 1 as const, vaults: [{ name: 'kv-1' }], provisioningServices: [{ name: 'dps-1' }] };
  const { vaults, provisioningServices, resourceManager } = await inProcessAzure(seed, () => new Date());
  const [vault, dps] = [vaults.get('kv-1'), provisioningServices.get('dps-1')];
  if (!vault || !dps) throw new Error('Cannot make the world: the seed has not become a vault and a DPS');
  const requests: AnsweredRequest[] = [];
  const seen = (service: Service) =>
    observedService(service, {
      after: ({ method, url, body }, status) => {
        requests.push({ method, path: url.pathname, status, body });
      },
    });
  return {
    keyVault: inProcessVault(seen(vault), vaultUrl('kv-1')),
    vault,
    service: inProcessProvisioningService(seen(resourceManager), dpsId('dps-1')),
    dps,
    enrollments: inProcessEnrollments(seen(createDataPlane(dps, { now: () => new Date(), random: randomBytes }))),
    requests: () => requests,
  };
}
