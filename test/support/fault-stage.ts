import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createTraffic, type Traffic } from '../../local/emulator/control/traffic.ts';
import { createAuthorize } from '../../local/emulator/enrollments/authorize.ts';
import { createManagedIdentity } from '../../local/emulator/identity/managed-identity.ts';
import { type Listener, listen } from '../../local/emulator/listener.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { serve } from '../../local/emulator/server.ts';
import type { Service } from '../../local/emulator/service.ts';
import { createTls } from '../../local/emulator/tls.ts';
import { createTokens } from '../../local/emulator/tokens.ts';
import { managedIdentity } from '../../shared/azure/credential.ts';
import { enrollmentsOf } from '../../shared/azure/enrollments.ts';
import { createKeyVault } from '../../shared/azure/key-vault.ts';
import { createIotDpsClient, createProvisioningService } from '../../shared/azure/provisioning-service.ts';
import type { Ports } from '../../shared/ports.ts';
import { dpsId, type InProcessAzure, inProcessAzure } from './in-process-azure.ts';
import { secretsInEmulator } from './secrets-in-emulator.ts';

/**
 * HTTPS servers of emulated Azure for one thread, on which one world after the other is put: a TLS handshake for every
 * case would cost more than the case. Servers, tokens, identity endpoint and fault control are the emulator's own.
 */
export interface FaultStage {
  /** Puts a new world on. What is left of the one before answers nobody any more. */
  put(seed: SeedInput, clock: { readonly now: Date }): Promise<FaultWorld>;
  close(): Promise<void>;
}

export interface FaultWorld extends InProcessAzure {
  readonly traffic: Traffic;
  /** Origin of a vault's server, by its name. */
  vaultUrl(name: string): string;
  /** The adapters as a process makes them when it starts, with clients that have made no call yet. */
  coldPorts(): Pick<Ports, 'vaults' | 'services' | 'enrollments'>;
  /** What nobody may say: all that is secret in it at this moment. */
  secrets(): readonly string[];
}

/** More than any scenario has. */
const MOST_OF_A_KIND = 2;
const SUBSCRIPTION = 'sub-1';

type Slot = Listener & { service: RequestListener };

/** Trusts its own CA and points this thread's environment to its identity endpoint until it is closed. */
export async function startFaultStage(): Promise<FaultStage> {
  const machineNow = () => new Date();
  const tls = await createTls(machineNow());
  const tokens = createTokens(machineNow);
  const header = randomUUID();
  const slotOn = async (secure: boolean): Promise<Slot> => {
    const slot = { service: ((_, response) => response.destroy()) as RequestListener };
    const listener = await listen((request, response) => slot.service(request, response), secure ? tls : undefined);
    return Object.assign(slot, listener);
  };
  const several = () => Promise.all(Array.from({ length: MOST_OF_A_KIND }, () => slotOn(true)));
  const [identity, resourceManager, vaults, dataPlanes] = await Promise.all([
    slotOn(false),
    slotOn(true),
    several(),
    several(),
  ]);
  const restore = adoptIdentity(`http://127.0.0.1:${identity.port}/msi/token`, header, tls.caCertificate);
  const resourceManagerUrl = originOf(resourceManager);

  async function put(seed: SeedInput, clock: { readonly now: Date }): Promise<FaultWorld> {
    const now = () => clock.now;
    const azure = await inProcessAzure(seed, now, { addresses: [resourceManagerUrl] });
    const traffic = createTraffic();
    const log = (text: string) => {
      throw new Error(`The emulator failed: ${text}`);
    };
    const on = (slot: Slot | undefined, service: Service, scheme: 'http' | 'https' = 'https') => {
      if (slot === undefined) throw new Error(`Cannot put '${service.instance}' on: no server is left for it`);
      slot.service = serve(service, { scheme, traffic, tokens, now, log });
    };
    on(identity, createManagedIdentity({ tokens, tenantId: 'tenant', clientId: 'app', header }), 'http');
    on(resourceManager, azure.resourceManager);
    const urls = new Map<string, string>();
    for (const [index, [name, vault]] of [...azure.vaults].entries()) {
      on(vaults[index], vault);
      urls.set(name, originOf(vaults[index]));
    }
    for (const [index, dps] of azure.provisioningServices.list().entries()) {
      const dataPlane = azure.dataPlanes.get(dps.name.toLowerCase());
      if (dataPlane === undefined) throw new Error(`'${dps.name}' has no service API`);
      on(dataPlanes[index], { ...dataPlane, authorize: createAuthorize(dps, tokens, machineNow) });
      dps.serviceOperationsHostName = new URL(originOf(dataPlanes[index])).host;
    }
    return {
      ...azure,
      traffic,
      vaultUrl: (name) => urls.get(name) ?? '',
      coldPorts: () => coldPorts(azure, [...urls.values()], resourceManagerUrl),
      secrets: () => secretsInEmulator({ ...azure, description: { identity: { header } } }),
    };
  }

  return {
    put,
    close: async () => {
      restore();
      await Promise.all([identity, resourceManager, ...vaults, ...dataPlanes].map((slot) => slot.close()));
    },
  };
}

/** As `shared/compose.ts` puts them together. */
function coldPorts({ provisioningServices }: InProcessAzure, vaultUrls: readonly string[], resourceManagerUrl: string) {
  const credential = managedIdentity(undefined);
  const client = createIotDpsClient(credential, SUBSCRIPTION, resourceManagerUrl);
  const services = provisioningServices.list().map(({ name }) => createProvisioningService(client, dpsId(name)));
  return {
    vaults: new Map(vaultUrls.map((url) => [url, createKeyVault(url, credential)])),
    services: new Map(services.map((service) => [service.id, service])),
    enrollments: new Map(
      services.map((service) => [service.id, enrollmentsOf(service.serviceOperationsHostName, credential)]),
    ),
  };
}

function originOf(slot: Slot | undefined): string {
  return `https://localhost:${slot?.port}`;
}

/** Returns what takes it back. */
function adoptIdentity(endpoint: string, header: string, caCertificate: string): () => void {
  const before = { IDENTITY_ENDPOINT: process.env.IDENTITY_ENDPOINT, IDENTITY_HEADER: process.env.IDENTITY_HEADER };
  const trusted = getCACertificates('default');
  Object.assign(process.env, { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header });
  setDefaultCACertificates([...trusted, caCertificate]);
  return () => {
    setDefaultCACertificates(trusted);
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
