import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { vi } from 'vitest';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { managedIdentity } from '../../shared/azure/credential.ts';
import { createEnrollments } from '../../shared/azure/enrollments.ts';
import { createKeyVault } from '../../shared/azure/key-vault.ts';
import { createIotDpsClient, createProvisioningService } from '../../shared/azure/provisioning-service.ts';
import type { ContractWorld } from './contract-world.ts';

/** A running emulator that this process trusts, and whose identity endpoint is this process's own. */
export interface EmulatedAzure {
  readonly emulator: Emulator;
  /** Adapters that have not made a call yet, on a vault and a DPS that nobody has used yet. */
  coldWorld(): ContractWorld;
  close(): Promise<void>;
}

/**
 * Starts one emulator with so many empty vaults and DPS. One for each test file, not for each test: for the life of a
 * process @azure/identity goes on asking the identity endpoint that it met first.
 */
export async function startEmulatedAzure(worlds: number): Promise<EmulatedAzure> {
  const numbers = Array.from({ length: worlds }, (_, index) => index + 1);
  const emulator = await startEmulator({
    seed: {
      version: 1,
      vaults: numbers.map((number) => ({ name: `kv-${number}` })),
      provisioningServices: numbers.map((number) => ({ name: `dps-${number}` })),
    },
  });
  const { caCertificate, identity } = emulator.description;
  const trustedBefore = getCACertificates('default');
  setDefaultCACertificates([...trustedBefore, readFileSync(caCertificate, 'utf8')]);
  vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint);
  vi.stubEnv('IDENTITY_HEADER', identity.header);
  let used = 0;
  return {
    emulator,
    coldWorld: () => {
      used += 1;
      return worldOf(emulator, used);
    },
    close: async () => {
      await emulator.close();
      setDefaultCACertificates(trustedBefore);
      vi.unstubAllEnvs();
    },
  };
}

function worldOf({ description, vaults, provisioningServices, requests }: Emulator, number: number): ContractWorld {
  const { keyVaults, provisioningServices: described, subscriptionId, resourceGroup } = description;
  const [vaultName, name] = [`kv-${number}`, `dps-${number}`];
  const url = keyVaults.find((each) => each.name === vaultName)?.url;
  const { resourceId: id, serviceOperationsHostName: host } = described.find((each) => each.name === name) ?? {};
  const [vault, dps] = [vaults.get(vaultName), provisioningServices.get(name)];
  if (!url || !id || !host || !vault || !dps)
    throw new Error(`Cannot use world ${number}: start the emulator with more of them`);
  const credential = managedIdentity(undefined);
  const client = createIotDpsClient(credential, subscriptionId, description.resourceManager);
  const belongs = ({ instance, path }: { instance: string; path: string }) =>
    instance === vaultName || instance === name || path === id || path.startsWith(`${id}/`);
  return {
    keyVault: createKeyVault(url, credential),
    vault,
    service: createProvisioningService(client, { id, subscriptionId, resourceGroup, name }),
    dps,
    enrollments: createEnrollments(host, credential),
    requests: () => requests().filter((request) => request.status !== 401 && belongs(request)),
  };
}
