import type { SeedInput } from '../../local/emulator/seed.ts';
import { plan } from '../../shared/operations/plan.ts';
import { withCertificate, withDps } from './changed-seed.ts';
import { fleet } from './fleet.ts';
import type { Scene } from './scene.ts';

/** The subordinate CA of `fleet`, and its issuer. */
export const PLANT_A_CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
export const FLEET_ROOT = { vaultUrl: 'https://kv-root.vault.azure.net', name: 'fleet-root' };

/** A validity of two years that has just begun: not due for long. */
export const FRESH = { notBefore: '-P10D', notAfter: 'P720D' };

/** The fleet with other facts for its subordinate CA. */
export function plantA(given: Parameters<typeof withCertificate>[2]): SeedInput {
  return withCertificate(fleet(), PLANT_A_CA.name, given);
}

/** A seed with other facts for the fleet's first DPS. */
export function withDps1(seed: SeedInput, change: Parameters<typeof withDps>[2]): SeedInput {
  return withDps(seed, 'dps-1', change);
}

/** An enrollment group that names one entry. */
export function groupOf(id: string, primary = 'PlantA') {
  return { id, caReferences: { primary } };
}

/** The plan for a scene, and of it the first DPS with its entries. */
export async function planOf(scene: Scene) {
  const result = await plan(scene.app);
  const [service] = result.provisioningServices;
  return { ...result, service, entries: service?.kind === 'read' ? service.entries : [] };
}
