import { randomBytes } from 'node:crypto';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import type { Vault } from '../../local/emulator/key-vault/vault.ts';
import type { Violation } from '../../local/emulator/observer/violation.ts';
import type { ProvisioningService as EmulatedService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import type { Service } from '../../local/emulator/service.ts';
import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import type { LifecycleEvent } from '../../shared/events.ts';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { parseRenewBefore } from '../../shared/lifecycle/renew-before.ts';
import type { App, Wishes } from '../../shared/operations/app.ts';
import type { Entry } from '../../shared/ports.ts';
import { throwAwayPublicKey } from '../../shared/randomness.ts';
import { attestationsInMemory } from './attestations-in-memory.ts';
import { type ClockSkew, dpsId, inProcessAzure, vaultUrl } from './in-process-azure.ts';
import { inProcessEnrollments } from './in-process-enrollments.ts';
import { inProcessProvisioningService, inProcessVault } from './in-process-ports.ts';
import { observedService } from './observed-service.ts';

/** One call that reached a service of the emulator. */
export interface Call {
  readonly method: string;
  /** Of the resource manager; of a vault or the service API of a DPS with its host, `//host/path`. */
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
  /** A DPS from behind; by seed name. */
  service(dps: string): EmulatedService;
  /** Called before every call, with its method and path; may throw, or change the world first. */
  intercept: (method: string, path: string) => Promise<void> | void;
  /** Called after every call that was carried out, with its method and path; may throw, as if its answer had been lost. */
  answered: (method: string, path: string) => void;
  /** What the emulator's observer holds against any write so far. */
  violations(): readonly Violation[];
  /** Says that a person wants a generation (SHA-1, upper-case hex) replaced early. */
  expectRenewalOf(thumbprint: string): void;
  /** Changes the state of a DPS. */
  setState(dps: string, state: 'Active' | 'Suspended'): void;
}

export interface SceneOptions {
  /** How long an operation of the issuer Self is in progress, by the scene's clock; default until the first read. */
  readonly selfIssueDelayMs?: number;
  /** What the settings say; default as where nothing is set. */
  readonly wishes?: Partial<Wishes>;
  /** How far the services' clocks are ahead of the scene's, which is the app's; default not at all. */
  readonly skew?: ClockSkew;
}

/** As the settings are where nothing is set. */
const WISHES: Wishes = {
  renewBefore: parseRenewBefore('20%'),
  overlap: parseDuration('P30D'),
  retire: 'expired',
  webhookUrl: undefined,
};
const LATEST = new Date(8.64e15);

export async function createScene(
  seed: SeedInput = DEFAULT_SEED,
  start = new Date(),
  options: SceneOptions = {},
): Promise<Scene> {
  const clock = { now: start };
  const now = () => clock.now;
  const {
    vaults,
    provisioningServices: services,
    resourceManager,
    dataPlanes,
    violations,
    expectRenewalOf,
  } = await inProcessAzure(seed, now, options);

  const calls: Call[] = [];
  const events: LifecycleEvent[] = [];
  const scene: Omit<Scene, 'app'> = {
    events,
    calls,
    clock,
    vault: (name) => vaults.get(name) ?? fail(`no vault '${name}' in the seed`),
    ca: (vault, name) => ({ vaultUrl: vaultUrl(vault), name }),
    entries: (dps) => inProcessProvisioningService(resourceManager, dpsId(dps)).entries(),
    service: (dps) => services.get(dps) ?? fail(`no DPS '${dps}' in the seed`),
    intercept: () => undefined,
    answered: () => undefined,
    violations,
    expectRenewalOf,
    setState: (dps, state) => {
      scene.service(dps).state = state;
    },
  };
  const seen = (service: Service): Service => {
    const inner = observedService(service, {
      before: async ({ method, url }) => {
        // A call crosses a network: whoever else is waiting gets a turn.
        await new Promise((resolve) => setImmediate(resolve));
        await scene.intercept(method, pathOf(url));
      },
      after: ({ method, url, body }, status) => {
        calls.push({ method, path: pathOf(url), body, status });
      },
    });
    return {
      ...inner,
      handle: async (request) => {
        const response = await inner.handle(request);
        scene.answered(request.method, pathOf(request.url));
        return response;
      },
    };
  };
  const ports = {
    vaults: new Map([...vaults].map(([name, vault]) => [vaultUrl(name), inProcessVault(seen(vault), vaultUrl(name))])),
    services: new Map(
      services
        .list()
        .map(({ name }) => [dpsId(name).id, inProcessProvisioningService(seen(resourceManager), dpsId(name))]),
    ),
    enrollments: new Map(
      [...dataPlanes].map(([name, dataPlane]) => {
        const host = `${name}.azure-devices-provisioning.net`;
        return [dpsId(name).id, inProcessEnrollments(seen(dataPlane), { host })];
      }),
    ),
    documents: documentsInMemory(),
    attestations: attestationsInMemory(),
    now,
    randomBytes,
    throwAwayPublicKey,
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
    emit: (event: LifecycleEvent) => {
      events.push(event);
    },
  };
  return Object.assign(scene, {
    app: {
      ports,
      wishes: options.wishes ? { ...WISHES, ...options.wishes } : WISHES,
      mode: 'enforce' as const,
      deadline: LATEST,
    },
  });
}

function pathOf({ hostname, pathname }: URL): string {
  return hostname === 'management.azure.com' ? pathname : `//${hostname}${pathname}`;
}

function fail(message: string): never {
  throw new Error(message);
}
