import type { SeedInput } from '../../local/emulator/seed.ts';

/** A CA of `manyCas`, and how its DPS knows it. */
export interface FleetCa {
  readonly vault: string;
  readonly name: string;
  /** The DPS that holds it. */
  readonly dps: string;
  /** The group whose devices are under it. */
  readonly group: string;
  /** How the group refers to it: by the name of its entry, or holding the certificate itself. */
  readonly reference: 'caReferences' | 'signingCertificates';
}

const VAULT = 'kv-fleet';
const ROOT = { vault: 'kv-root', name: 'fleet-root' } as const;
export const HUBS = ['hub-east', 'hub-west'];

/** A DPS holds 25 CA certificates; so many CAs fit twice, their old and their new generation. */
const MOST_ENTRIES_PER_DPS = 12;

/**
 * So many subordinate CAs of one root, all due, each with an enrollment group of its own, in two DPS. Beyond 24, which
 * fill both with the old and the new entries, one more is embedded in its group, which its root's entry makes good.
 * @param webhookUrl what the groups ask where a device goes; default: nothing
 */
export function manyCas(count: number, webhookUrl?: string): { readonly seed: SeedInput; readonly cas: FleetCa[] } {
  if (count > 2 * MOST_ENTRIES_PER_DPS + 1) throw new Error(`${count} CAs do not fit into two DPS`);
  const cas = Array.from({ length: count }, (_, index): FleetCa => {
    const number = String(index + 1).padStart(2, '0');
    const isEmbedded = index === 2 * MOST_ENTRIES_PER_DPS;
    return {
      vault: VAULT,
      name: `line-${number}-ca`,
      dps: index % 2 === 0 && !isEmbedded ? 'dps-one' : 'dps-two',
      group: `line-${number}`,
      reference: isEmbedded ? 'signingCertificates' : 'caReferences',
    };
  });
  const provisioningServices = ['dps-one', 'dps-two'].map((name) => dpsWith(name, cas, webhookUrl));
  const root = { ...ROOT, subject: 'CN=Fleet Root', key: 'P-256', notBefore: '-P4Y', notAfter: 'P16Y' } as const;
  const { vault, ...certificate } = root;
  return {
    cas,
    seed: {
      version: 1,
      vaults: [
        { name: vault, certificates: [certificate] },
        { name: VAULT, certificates: cas.map(({ name }) => subordinate(name)) },
      ],
      provisioningServices,
    },
  };
}

function subordinate(name: string) {
  const subject = `CN=${name}, O=Contoso`;
  return { name, subject, key: 'P-256', issuer: ROOT, notBefore: '-P670D', notAfter: 'P60D', pathLen: 0 } as const;
}

function dpsWith(name: string, all: readonly FleetCa[], webhookUrl: string | undefined) {
  const cas = all.filter(({ dps }) => dps === name);
  const named = cas.filter(({ reference }) => reference === 'caReferences');
  const entries = named.map((ca) => ({ name: ca.group, certificate: idOf(ca), verified: true }));
  const roots = cas.length > named.length ? [{ name: 'root', certificate: ROOT, verified: true }] : [];
  return {
    name,
    hubs: HUBS.map((hub) => ({ name: hub })),
    certificates: [...entries, ...roots],
    enrollmentGroups: cas.map((ca) => ({
      id: ca.group,
      [ca.reference]: { primary: ca.reference === 'caReferences' ? ca.group : idOf(ca) },
      ...(webhookUrl !== undefined && { webhookUrl }),
    })),
  };
}

function idOf({ vault, name }: FleetCa) {
  return { vault, name };
}
