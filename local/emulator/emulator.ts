import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { createTemporaryDirectory } from '../temporary-directory.ts';
import { createControl } from './control/control.ts';
import { createTraffic, type Traffic } from './control/traffic.ts';
import { createProvisioningService } from './create-provisioning-service.ts';
import { DEFAULT_SEED } from './default-seed.ts';
import { describeService, type EmulatorDescription } from './describe.ts';
import { createDevices } from './devices/devices.ts';
import { createHubs, type HubDevice } from './devices/hubs.ts';
import { createAuthorize } from './enrollments/authorize.ts';
import { createDataPlane } from './enrollments/data-plane.ts';
import { createAuthority } from './identity/authority.ts';
import { createManagedIdentity } from './identity/managed-identity.ts';
import { createIngestion, INSTRUMENTATION_KEY, type Ingestion } from './ingestion/ingestion.ts';
import { createKeyPool } from './key-pool.ts';
import { createVault, type Vault } from './key-vault/vault.ts';
import { type ListenOptions, listen } from './listener.ts';
import { createGenerationObserver } from './observer/generations.ts';
import type { Violation } from './observer/violation.ts';
import type { Pace } from './pace.ts';
import { parseSeed } from './parse-seed.ts';
import { plantSeed } from './plant-seed.ts';
import {
  createProvisioningServices,
  type ProvisioningService,
  type ProvisioningServices,
} from './resource-manager/provisioning-services.ts';
import { createResourceManager } from './resource-manager/resource-manager.ts';
import { type BucketSizes, createThrottle } from './resource-manager/throttle.ts';
import type { Seed, SeedInput } from './seed.ts';
import { serve } from './server.ts';
import type { Service } from './service.ts';
import { createTls } from './tls.ts';
import { createTokens } from './tokens.ts';

export interface EmulatorOptions {
  /** Default: the demo fleet. */
  readonly seed?: SeedInput;
  /** The clock of the emulated services; default the machine's. Tokens and TLS always go by the machine's clock. */
  readonly now?: () => Date;
  /** How many times faster than real the waits of the services pass; default 1. See `setClockFactor`. */
  readonly clockFactor?: number;
  /** Receives what went wrong inside the emulator; default standard error. */
  readonly log?: (text: string) => void;
}

/** A running emulator. */
export interface Emulator
  extends Pick<Traffic, 'requests' | 'clearRequests' | 'setFaults' | 'clearFaults' | 'interfere' | 'setLatency'> {
  /** What `emulator --json` prints. */
  readonly description: EmulatorDescription;
  /** By lower-case name. */
  readonly vaults: ReadonlyMap<string, Vault>;
  readonly resourceManager: Service;
  readonly provisioningServices: ProvisioningServices;
  /** What has been done that must not be, in all vaults and DPS. */
  violations(): readonly Violation[];
  /** Says that a person wants a generation (SHA-1, upper-case hex) replaced early: else that is a violation. */
  expectRenewalOf(thumbprint: string): void;
  /** The telemetry that the ingestion endpoint has taken. */
  readonly telemetry: Pick<Ingestion, 'envelopes' | 'clearEnvelopes'>;
  /** The devices in the registry of an IoT hub, given by its host name. */
  devices(hub: string): readonly HubDevice[];
  /** Sets how often each principal may ask the resource manager; `undefined` takes the limits away, as at the start. */
  setThrottle(sizes: BucketSizes | undefined): void;
  /** From now on the waits of the services pass so many times faster than real, as `PUT /clock` has it. */
  setClockFactor(factor: number): void;
  /** Breaks all connections, frees all ports and removes the CA file. May be called twice. */
  close(): Promise<void>;
}

/** Where the resources lie. Fixed, so that settings that name them stay right from one start to the next. */
const ACCOUNT = {
  subscriptionId: '00000000-0000-4000-8000-00000000d705',
  tenantId: '00000000-0000-4000-8000-0000000e4a3d',
  resourceGroup: 'rg-fleet',
};
/** The system-assigned identity that the identity endpoint speaks for. */
const CLIENT_ID = '00000000-0000-4000-8000-0000000c11e7';

/**
 * Starts the emulated services, each on a free port of 127.0.0.1, with the content of the seed.
 * Throws an Error that lists every fault of the seed if there is one. Whenever it throws, nothing is left behind.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const now = options.now ?? (() => new Date());
  const seed = checked(options.seed ?? DEFAULT_SEED, now());
  const closers: Closer[] = [];
  let closing: Promise<unknown> | undefined;
  const close = async () => {
    closing ??= Promise.all(closers.map((closer) => closer()));
    await closing;
  };
  try {
    const pace = { factor: options.clockFactor ?? 1 };
    const world = { now, random: randomBytes, log: options.log ?? console.error, pace };
    return { ...(await start(seed, world, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closer = () => unknown;

interface World {
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: (text: string) => void;
  readonly pace: Pace;
}

async function start(seed: Seed, world: World, closers: Closer[]): Promise<Omit<Emulator, 'close'>> {
  const directory = createTemporaryDirectory('dps-emulator-');
  closers.push(directory.remove);
  const machineNow = () => new Date();
  const tls = await createTls(machineNow());
  const caCertificate = join(directory.path, 'ca.pem');
  writeCaCertificate(caCertificate, tls.caCertificate);
  const tokens = createTokens(machineNow);
  const traffic = createTraffic();

  const open = async (handler: RequestListener, scheme: 'http' | 'https', options?: ListenOptions): Promise<number> => {
    const listener = await listen(handler, scheme === 'https' ? tls : undefined, options);
    closers.push(listener.close);
    return listener.port;
  };
  const put = (service: Service, scheme: 'http' | 'https', options?: ListenOptions) =>
    open(serve(service, { scheme, traffic, tokens, ...world }), scheme, options);

  const { tenantId } = ACCOUNT;
  const authority = await put(createAuthority({ tokens, tenantId }), 'https');
  const { vaults, provisioningServices, generations } = await populate(seed, world, closers, () =>
    loginAddress(authority),
  );

  // An audience of the resource manager is its own address, which is known only once it listens.
  let addresses: readonly string[] = [];
  const throttle = createThrottle();
  const resourceManager = createResourceManager({
    ...ACCOUNT,
    ...world,
    provisioningServices,
    addresses: () => addresses,
    authority: () => loginAddress(authority),
    throttle,
  });
  const resourceManagerPort = await put(resourceManager, 'https');
  addresses = ['localhost', '127.0.0.1'].map((host) => `https://${host}:${resourceManagerPort}`);

  const keyVaults: EmulatorDescription['keyVaults'][number][] = [];
  for (const vault of vaults.values()) {
    keyVaults.push({ name: vault.instance, url: `https://localhost:${await put(vault, 'https')}` });
  }
  const hubs = createHubs();
  const devices = createDevices({ provisioningServices, hubs, machineNow, ...world });
  closers.push(devices.close);
  await openProvisioningServices(provisioningServices.list(), {
    devices: () => put(devices, 'https', { asksForCertificate: true }),
    enrollments: (service) =>
      put({ ...createDataPlane(service, world), authorize: createAuthorize(service, tokens, machineNow) }, 'https'),
  });
  const header = randomUUID();
  const identityPort = await put(createManagedIdentity({ tokens, tenantId, clientId: CLIENT_ID, header }), 'http');
  const violations = () =>
    [...provisioningServices.list().map(({ observer }) => observer), generations].flatMap((each) => each.violations());
  const ingestion = createIngestion();
  const ingestionPort = await put(ingestion, 'https');
  const controlPort = await open(
    createControl({ traffic, violations, pace: world.pace, telemetry: ingestion, throttle }),
    'http',
  );

  return {
    ...traffic,
    vaults,
    resourceManager,
    provisioningServices,
    violations,
    expectRenewalOf: generations.expectRenewalOf,
    telemetry: ingestion,
    devices: hubs.list,
    setThrottle: throttle.setSizes,
    setClockFactor: (factor) => {
      world.pace.factor = factor;
    },
    description: {
      caCertificate,
      resourceManager: `https://localhost:${resourceManagerPort}`,
      authority: `https://localhost:${authority}/adfs`,
      ...ACCOUNT,
      keyVaults,
      provisioningServices: provisioningServices.list().map((service) => describeService(service, ACCOUNT)),
      identity: { endpoint: `http://127.0.0.1:${identityPort}/msi/token`, header },
      applicationInsights: {
        connectionString: `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=https://localhost:${ingestionPort}/`,
      },
      control: `http://127.0.0.1:${controlPort}`,
    },
  };
}

/** Puts on the wire the service API of each DPS and the device API, of which there is one for all. */
async function openProvisioningServices(
  services: readonly ProvisioningService[],
  open: {
    readonly devices: () => Promise<number>;
    readonly enrollments: (service: ProvisioningService) => Promise<number>;
  },
): Promise<void> {
  const deviceProvisioningHostName = `localhost:${await open.devices()}`;
  for (const service of services) {
    service.serviceOperationsHostName = `localhost:${await open.enrollments(service)}`;
    service.deviceProvisioningHostName = deviceProvisioningHostName;
  }
}

function writeCaCertificate(path: string, pem: string): void {
  try {
    writeFileSync(path, pem);
  } catch (cause) {
    // A full disk does not say which one it is.
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot write the CA certificate to '${path}': ${why}. Set TMPDIR to a folder with room.`, {
      cause,
    });
  }
}

/** Where a 401 sends a client: with the tenant rather than /adfs, which suits clients that were given either. */
function loginAddress(authorityPort: number): string {
  return `https://localhost:${authorityPort}/${ACCOUNT.tenantId}`;
}

/** Makes the vaults and services of a seed, with their content. */
async function populate(seed: Seed, world: World, closers: Closer[], authority: () => string) {
  const keys = createKeyPool();
  closers.push(() => keys.close());
  const observer = createGenerationObserver(world.now);
  const vaults = new Map<string, Vault>();
  for (const { name } of seed.vaults) {
    vaults.set(name.toLowerCase(), createVault({ name, keys, now: world.now, authority, observer }));
  }
  const provisioningServices = createProvisioningServices();
  for (const seeded of seed.provisioningServices) {
    provisioningServices.add(createProvisioningService(seeded, { ...world, used: observer.used }));
  }
  await plantSeed(seed, { vaults, service: provisioningServices.get, keys, now: world.now(), random: world.random });
  return { vaults, provisioningServices, generations: observer };
}

function checked(input: SeedInput, now: Date): Seed {
  const parsed = parseSeed(input, now);
  if ('seed' in parsed) return parsed.seed;
  throw new Error(`Cannot start the emulator: its seed is faulty:\n${parsed.faults.join('\n')}`);
}
