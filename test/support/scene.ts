import { randomBytes } from 'node:crypto';
import { createProvisioningService } from '../../local/emulator/create-provisioning-service.ts';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import { createKeyPool } from '../../local/emulator/key-pool.ts';
import { createVault, type Vault } from '../../local/emulator/key-vault/vault.ts';
import { parseSeed } from '../../local/emulator/parse-seed.ts';
import { plantSeed } from '../../local/emulator/plant-seed.ts';
import { createProvisioningServices } from '../../local/emulator/resource-manager/provisioning-services.ts';
import { createResourceManager } from '../../local/emulator/resource-manager/resource-manager.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { type Service, ServiceError } from '../../local/emulator/service.ts';
import type { LifecycleEvent } from '../../shared/events.ts';
import { parseRenewBefore } from '../../shared/lifecycle/renew-before.ts';
import type { App } from '../../shared/operations/app.ts';
import type { Entry, ResourceId } from '../../shared/ports.ts';
import { throwAwayPublicKey } from '../../shared/randomness.ts';
import { inProcessProvisioningService, inProcessVault } from './in-process-ports.ts';

/** One call that reached a service of the emulator. */
export interface Call {
  readonly method: string;
  /** Of the vault's host, or of the resource manager. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

/** A world in memory: seeded vaults and provisioning services behind the ports, and a clock in the test's hand. */
export interface Scene {
  readonly app: App;
  readonly events: LifecycleEvent[];
  readonly calls: Call[];
  readonly clock: { now: Date };
  /** By seed name. */
  vault(name: string): Vault;
  /** The key of a CA as the queue carries it. */
  ca(vault: string, name: string): { vaultUrl: string; name: string };
  entries(dps: string): Promise<readonly Entry[]>;
  /** Called before every call, with its method and path; may throw, or change the world first. */
  intercept: (method: string, path: string) => Promise<void> | void;
  /** Changes the state of a DPS. */
  setState(dps: string, state: 'Active' | 'Suspended'): void;
}

const SUBSCRIPTION = 'sub-1';
const keys = createKeyPool();

export const vaultUrl = (name: string) => `https://${name}.vault.azure.net`;

export function dpsId(name: string): ResourceId {
  const resourceGroup = 'rg-1';
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${resourceGroup}/providers/Microsoft.Devices/provisioningServices/${name}`;
  return { id, subscriptionId: SUBSCRIPTION, resourceGroup, name };
}

export async function createScene(seed: SeedInput = DEFAULT_SEED, start = new Date()): Promise<Scene> {
  const clock = { now: start };
  const now = () => clock.now;
  const authority = () => 'https://login.example/tenant';
  const parsed = parseSeed(seed, start);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const vaults = new Map(
    parsed.seed.vaults.map(({ name }) => [name.toLowerCase(), createVault({ name, keys, now, authority })]),
  );
  const services = createProvisioningServices();
  for (const item of parsed.seed.provisioningServices) {
    services.add(createProvisioningService(item, { now, random: randomBytes }));
  }
  await plantSeed(parsed.seed, { vaults, service: services.get, keys, now: start });
  const resourceManager = createResourceManager({
    subscriptionId: SUBSCRIPTION,
    tenantId: 'tenant',
    resourceGroup: 'rg-1',
    now,
    random: randomBytes,
    provisioningServices: services,
    addresses: () => [],
    authority,
  });

  const calls: Call[] = [];
  const events: LifecycleEvent[] = [];
  const scene: Omit<Scene, 'app'> = {
    events,
    calls,
    clock,
    vault: (name) => vaults.get(name) ?? fail(`no vault '${name}' in the seed`),
    ca: (vault, name) => ({ vaultUrl: vaultUrl(vault), name }),
    entries: (dps) => inProcessProvisioningService(resourceManager, dpsId(dps)).entries(),
    intercept: () => undefined,
    setState: (dps, state) => {
      (services.get(dps) ?? fail(`no DPS '${dps}' in the seed`)).state = state;
    },
  };
  const seen = (service: Service) => recorded(service, calls, (method, path) => scene.intercept(method, path));
  const ports = {
    vaults: new Map([...vaults].map(([name, vault]) => [vaultUrl(name), inProcessVault(seen(vault), vaultUrl(name))])),
    services: new Map(
      services
        .list()
        .map(({ name }) => [dpsId(name).id, inProcessProvisioningService(seen(resourceManager), dpsId(name))]),
    ),
    now,
    randomBytes,
    throwAwayPublicKey,
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
    emit: (event: LifecycleEvent) => {
      events.push(event);
    },
  };
  return Object.assign(scene, { app: { ports, renewBefore: parseRenewBefore('20%'), mode: 'enforce' as const } });
}

function recorded(service: Service, calls: Call[], before: Scene['intercept']): Service {
  return {
    ...service,
    handle: async (request) => {
      const { method, url, body } = request;
      const path = url.hostname === 'management.azure.com' ? url.pathname : `//${url.hostname}${url.pathname}`;
      // A call crosses a network: whoever else is waiting gets a turn.
      await new Promise((resolve) => setImmediate(resolve));
      try {
        await before(method, path);
        const response = await service.handle(request);
        calls.push({ method, path, body, status: response.status });
        return response;
      } catch (error) {
        calls.push({ method, path, body, status: error instanceof ServiceError ? error.response.status : 0 });
        throw error;
      }
    },
  };
}

function fail(message: string): never {
  throw new Error(message);
}
