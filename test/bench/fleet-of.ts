import type { SeedInput } from '../../local/emulator/seed.ts';

export const ROOT = { vault: 'kv-root', name: 'fleet-root' } as const;
/** The vault of the CAs. */
export const FLEET_VAULT = 'kv-fleet';

export interface FleetSize {
  readonly cas: number;
  readonly services: number;
  /** Enrollment groups that name each CA, in its DPS. */
  readonly groupsPerCa: number;
}

/** Name of the CA with this number, from 0. */
export function caName(index: number): string {
  return `ca-${index}`;
}

/** A root that is not due, and so many subordinate CAs of two years with 60 days left, spread evenly over the DPS. */
export function fleetOf({ cas, services, groupsPerCa }: FleetSize): SeedInput {
  const indexes = Array.from({ length: cas }, (_, index) => index);
  return {
    version: 1,
    vaults: [
      {
        name: ROOT.vault,
        certificates: [
          {
            name: ROOT.name,
            subject: 'CN=Fleet Root, O=Contoso',
            key: 'P-256',
            notBefore: '-P4Y',
            notAfter: 'P16Y',
            pathLen: 1,
          },
        ],
      },
      {
        name: FLEET_VAULT,
        certificates: indexes.map((index) => ({
          name: caName(index),
          subject: `CN=Plant ${index} CA, O=Contoso`,
          key: 'P-256' as const,
          issuer: ROOT,
          notBefore: '-P670D',
          notAfter: 'P60D',
          pathLen: 0,
        })),
      },
    ],
    provisioningServices: Array.from({ length: services }, (_, service) => {
      const own = indexes.filter((index) => index % services === service);
      return {
        name: `dps-${service + 1}`,
        hubs: [{ name: 'hub-1' }],
        certificates: own.map((index) => ({
          name: `Plant${index}`,
          certificate: { vault: FLEET_VAULT, name: caName(index) },
          verified: true,
        })),
        enrollmentGroups: own.flatMap((index) =>
          Array.from({ length: groupsPerCa }, (_, group) => ({
            id: `line-${index}-${group}`,
            caReferences: { primary: `Plant${index}` },
          })),
        ),
      };
    }),
  };
}
