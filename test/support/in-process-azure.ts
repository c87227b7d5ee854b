import { randomBytes } from 'node:crypto';
import { createProvisioningService } from '../../local/emulator/create-provisioning-service.ts';
import { createDataPlane } from '../../local/emulator/enrollments/data-plane.ts';
import { createKeyPool } from '../../local/emulator/key-pool.ts';
import { createVault, type Vault } from '../../local/emulator/key-vault/vault.ts';
import { parseSeed } from '../../local/emulator/parse-seed.ts';
import { plantSeed } from '../../local/emulator/plant-seed.ts';
import {
  createProvisioningServices,
  type ProvisioningServices,
} from '../../local/emulator/resource-manager/provisioning-services.ts';
import { createResourceManager } from '../../local/emulator/resource-manager/resource-manager.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import type { Service } from '../../local/emulator/service.ts';
import type { ResourceId } from '../../shared/ports.ts';

/** The emulated services of a seed in this process: no sockets, no tokens, a clock in the test's hand. */
export interface InProcessAzure {
  /** By lower-case name. */
  readonly vaults: ReadonlyMap<string, Vault>;
  readonly provisioningServices: ProvisioningServices;
  readonly resourceManager: Service;
  /** The service API of each DPS, by lower-case name. */
  readonly dataPlanes: ReadonlyMap<string, Service>;
}

const SUBSCRIPTION = 'sub-1';
const RESOURCE_GROUP = 'rg-1';
/** One for all tests of a file, since making keys takes time. */
const keys = createKeyPool();

export const vaultUrl = (name: string) => `https://${name}.vault.azure.net`;

export function dpsId(name: string): ResourceId {
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}`;
  const id = `${group}/providers/Microsoft.Devices/provisioningServices/${name}`;
  return { id, subscriptionId: SUBSCRIPTION, resourceGroup: RESOURCE_GROUP, name };
}

/**
 * @param now the clock of all services; relative times of the seed are relative to its first reading
 * @param selfIssueDelayMs how long an operation of the issuer Self is in progress; default until the first read
 */
export async function inProcessAzure(
  seed: SeedInput,
  now: () => Date,
  { selfIssueDelayMs = 0 }: { readonly selfIssueDelayMs?: number } = {},
): Promise<InProcessAzure> {
  const start = now();
  const parsed = parseSeed(seed, start);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const authority = () => 'https://login.example/tenant';
  const vaults = new Map(
    parsed.seed.vaults.map(({ name }) => [
      name.toLowerCase(),
      createVault({ name, keys, now, authority, selfIssueDelayMs }),
    ]),
  );
  const provisioningServices = createProvisioningServices();
  for (const item of parsed.seed.provisioningServices) {
    const service = createProvisioningService(item, { now, random: randomBytes });
    service.serviceOperationsHostName = `${service.name}.azure-devices-provisioning.net`;
    provisioningServices.add(service);
  }
  await plantSeed(parsed.seed, { vaults, service: provisioningServices.get, keys, now: start, random: randomBytes });
  const resourceManager = createResourceManager({
    subscriptionId: SUBSCRIPTION,
    tenantId: 'tenant',
    resourceGroup: RESOURCE_GROUP,
    now,
    random: randomBytes,
    provisioningServices,
    addresses: () => [],
    authority,
  });
  const dataPlanes = new Map(
    provisioningServices
      .list()
      .map((service) => [service.name.toLowerCase(), createDataPlane(service, { now, random: randomBytes })]),
  );
  return { vaults, provisioningServices, resourceManager, dataPlanes };
}
