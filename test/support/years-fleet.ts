import type { SeedInput } from '../../local/emulator/seed.ts';
import { dpsId, vaultUrl } from './in-process-azure.ts';

// Three levels of CAs in four vaults, and five DPS whose devices depend on all of them in every way.

/** A CA of the fleet. */
export interface FleetCa {
  readonly name: string;
  readonly vault: string;
  /** Name of the CA above it; a root has none. */
  readonly issuer?: string;
  readonly lifetimeDays: number;
  /** Of its lifetime when the years begin. */
  readonly leftDays: number;
}

/** From the top down. Each window of a fifth of a lifetime is longer than any meddling with one CA lasts. */
export const FLEET_CAS: readonly FleetCa[] = [
  { name: 'root', vault: 'kv-root', lifetimeDays: 1500, leftDays: 380 },
  { name: 'europe', vault: 'kv-region', issuer: 'root', lifetimeDays: 700, leftDays: 200 },
  { name: 'asia', vault: 'kv-region', issuer: 'root', lifetimeDays: 640, leftDays: 300 },
  { name: 'plant-a', vault: 'kv-fleet', issuer: 'europe', lifetimeDays: 200, leftDays: 60 },
  { name: 'plant-b', vault: 'kv-fleet', issuer: 'europe', lifetimeDays: 240, leftDays: 120 },
  { name: 'plant-c', vault: 'kv-fleet', issuer: 'asia', lifetimeDays: 280, leftDays: 80 },
  { name: 'plant-d', vault: 'kv-line', issuer: 'asia', lifetimeDays: 220, leftDays: 110 },
];

export const FLEET_DPS = ['dps-1', 'dps-2', 'dps-3', 'dps-4', 'dps-5'] as const;

/** What the settings say of overlap and renewal window where no tag does. */
export const FLEET_OVERLAP_DAYS = 20;
export const FLEET_WINDOW_SHARE = 0.2;

const HELD: Readonly<Record<(typeof FLEET_DPS)[number], readonly string[]>> = {
  'dps-1': ['root', 'europe', 'plant-a'],
  'dps-2': ['europe', 'plant-a', 'plant-b'],
  'dps-3': ['asia', 'plant-c'],
  'dps-4': ['plant-a', 'plant-b', 'plant-c', 'plant-d'],
  'dps-5': ['asia', 'plant-d'],
};

export function fleetCa(name: string): FleetCa {
  const found = FLEET_CAS.find((ca) => ca.name === name);
  if (found === undefined) throw new Error(`The fleet has no CA '${name}'`);
  return found;
}

/** The address of a vault as messages carry it, and the resource id of a DPS. */
export const fleetVaultUrl = ({ vault }: FleetCa): string => vaultUrl(vault);
export const fleetDpsId = (name: string): string => dpsId(name).id;

const naming = (id: string, ca: string) => ({ id, caReferences: { primary: `old-${ca}` }, initialTwin: TWIN });
const embedding = (id: string, ca: string) => ({
  id,
  signingCertificates: { primary: { vault: fleetCa(ca).vault, name: ca } },
  initialTwin: TWIN,
});
/** What nobody but its writer may change. */
const TWIN = { tags: { site: 'Ulm' }, properties: { desired: { rate: 0.1, limits: [1, null, 'x'] } } };

/** @param reuseKey whether the policies of root and regions say that a renewal keeps the key */
export function fleetOfYears(reuseKey: boolean): SeedInput {
  return {
    version: 1,
    vaults: [...new Set(FLEET_CAS.map(({ vault }) => vault))].map((vault) => ({
      name: vault,
      certificates: FLEET_CAS.filter((ca) => ca.vault === vault).map((ca) => certificateOf(ca, reuseKey)),
    })),
    provisioningServices: FLEET_DPS.map((name) => ({
      name,
      certificates: HELD[name].map((ca) => ({
        name: `old-${ca}`,
        certificate: { vault: fleetCa(ca).vault, name: ca },
        verified: true,
      })),
      enrollmentGroups: [
        ...HELD[name].map((ca) => naming(`of-${ca}`, ca)),
        ...(name === 'dps-2' ? [embedding('embedding-a', 'plant-a')] : []),
        ...(name === 'dps-5' ? [embedding('embedding-d', 'plant-d')] : []),
      ],
      individualEnrollments: HELD[name].slice(-2).map((ca) => naming(`press-${ca}`, ca)),
    })),
  };
}

function certificateOf({ name, issuer, lifetimeDays, leftDays }: FleetCa, reuseKey: boolean) {
  return {
    name,
    subject: `CN=${name}, O=Contoso`,
    key: 'P-256' as const,
    notBefore: `-P${lifetimeDays - leftDays}D`,
    notAfter: `P${leftDays}D`,
    ...(issuer !== undefined && { issuer: { vault: fleetCa(issuer).vault, name: issuer } }),
    ...(!name.startsWith('plant') && { reuseKey }),
  };
}
