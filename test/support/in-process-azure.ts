import { randomBytes } from 'node:crypto';
import { createProvisioningService } from '../../local/emulator/create-provisioning-service.ts';
import { createDataPlane } from '../../local/emulator/enrollments/data-plane.ts';
import { createKeyPool } from '../../local/emulator/key-pool.ts';
import { createVault, type Vault } from '../../local/emulator/key-vault/vault.ts';
import { createGenerationObserver } from '../../local/emulator/observer/generations.ts';
import type { Violation } from '../../local/emulator/observer/violation.ts';
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
  /** What their observers hold against any write so far. */
  violations(): readonly Violation[];
  /** Says that a person wants a generation (SHA-1, upper-case hex) replaced early. */
  expectRenewalOf(thumbprint: string): void;
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

/** How far the clocks of the vaults, and those of the DPS and the resource manager, are ahead of the rest. */
export interface ClockSkew {
  readonly vaultsMs?: number;
  readonly servicesMs?: number;
}

/**
 * @param now the clock of all services; relative times of the seed are relative to its first reading
 * @param selfIssueDelayMs how long an operation of the issuer Self is in progress; default until the first read
 * @param addresses origins of the resource manager that tokens may be for, beside public Azure's
 * @param skew by how much the services' clocks differ from `now`; default not at all
 */
export async function inProcessAzure(
  seed: SeedInput,
  now: () => Date,
  {
    selfIssueDelayMs = 0,
    addresses = [],
    skew = {},
  }: { readonly selfIssueDelayMs?: number; readonly addresses?: readonly string[]; readonly skew?: ClockSkew } = {},
): Promise<InProcessAzure> {
  const start = now();
  const vaultsNow = () => new Date(now().getTime() + (skew.vaultsMs ?? 0));
  const servicesNow = () => new Date(now().getTime() + (skew.servicesMs ?? 0));
  const parsed = parseSeed(seed, start);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const authority = () => 'https://login.example/tenant';
  const generations = createGenerationObserver(vaultsNow);
  const vaults = new Map(
    parsed.seed.vaults.map(({ name }) => [
      name.toLowerCase(),
      createVault({ name, keys, now: vaultsNow, authority, selfIssueDelayMs, observer: generations }),
    ]),
  );
  const provisioningServices = createProvisioningServices();
  for (const item of parsed.seed.provisioningServices) {
    const service = createProvisioningService(item, {
      now: servicesNow,
      random: randomBytes,
      used: generations.used,
    });
    service.serviceOperationsHostName = `${service.name}.azure-devices-provisioning.net`;
    provisioningServices.add(service);
  }
  await plantSeed(parsed.seed, { vaults, service: provisioningServices.get, keys, now: start, random: randomBytes });
  const resourceManager = createResourceManager({
    subscriptionId: SUBSCRIPTION,
    tenantId: 'tenant',
    resourceGroup: RESOURCE_GROUP,
    now: servicesNow,
    random: randomBytes,
    provisioningServices,
    addresses: () => addresses,
    authority,
  });
  const dataPlanes = new Map(
    provisioningServices
      .list()
      .map((service) => [
        service.name.toLowerCase(),
        createDataPlane(service, { now: servicesNow, random: randomBytes }),
      ]),
  );
  return {
    vaults,
    provisioningServices,
    resourceManager,
    dataPlanes,
    violations: () =>
      [...provisioningServices.list().map(({ observer }) => observer), generations].flatMap((each) =>
        each.violations(),
      ),
    expectRenewalOf: generations.expectRenewalOf,
  };
}
