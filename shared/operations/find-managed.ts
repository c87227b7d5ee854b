import { messageOf } from '../errors.ts';
import type { ScanFailure } from '../events.ts';
import type { CaId, ServiceFacts } from '../lifecycle/observed.ts';
import type { Entry } from '../ports.ts';
import { findSubordinates } from './find-subordinates.ts';
import { failureOf, type ListedName } from './listed-name.ts';
import { sideBySide } from './side-by-side.ts';
import { isThumbprint } from './uses.ts';
import type { World } from './world.ts';

/** An entry of which no configured vault holds a version. */
export interface UnmanagedEntry {
  /** Resource id of the DPS. */
  readonly dps: string;
  readonly entry: Entry;
}

/** What the scan watches over, and what it cannot. */
export interface Managed {
  readonly managed: readonly CaId[];
  readonly unmanaged: readonly UnmanagedEntry[];
  readonly failures: readonly ScanFailure[];
}

/**
 * Which CAs are managed: those of which a DPS holds a version as an entry or an enrollment embeds one, those which the
 * tag `dps` names one for, and those which one of these has issued. They are matched by thumbprint, against all versions
 * that the vaults hold. The certificate of a single device counts only while an enrollment embeds an older version of
 * it: else there is nothing to do for it. An entry is unmanaged only if everything could be read.
 */
export async function findManaged(world: World): Promise<Managed> {
  const [vaults, names, services] = await Promise.all([world.vaults(), world.names(), world.services()]);
  const failures: ScanFailure[] = [];
  const { owners, areCas } = await readOwners(world, names, failures);
  const entries = services.flatMap((service) =>
    service.kind === 'read' ? service.entries.map((entry) => ({ dps: service.id, entry })) : [],
  );
  const embedded = await findEmbedded(world, services, failures);
  const held = new Set<ListedName>();
  for (const { entry } of entries) for (const name of owners.get(entry.thumbprint) ?? []) held.add(name);
  for (const thumbprint of embedded) {
    for (const name of owners.get(thumbprint) ?? [])
      if (areCas.has(name) || name.thumbprint !== thumbprint) held.add(name);
  }
  const everythingRead = failures.length === 0 && vaults.every((listed) => listed.kind === 'read');
  const managed = names.filter((name) => held.has(name) || name.tags.dps);
  const subordinates = await findSubordinates(world, names, managed);
  return {
    managed: [...managed, ...subordinates.found].map(({ ca }) => ca),
    unmanaged: everythingRead ? entries.filter(({ entry }) => !owners.has(entry.thumbprint)) : [],
    failures: [...failures, ...subordinates.failures],
  };
}

/** Whose version each thumbprint is, and whose current version is a CA. */
async function readOwners(world: World, names: readonly ListedName[], failures: ScanFailure[]) {
  const owners = new Map<string, ListedName[]>();
  const areCas = new Set<ListedName>();
  await sideBySide(names, async (name) => {
    try {
      if ((await world.noted(name.ca, name.thumbprint)).isCa) areCas.add(name);
      for (const thumbprint of new Set([name.thumbprint, ...(await world.notedVersions(name.ca, name.thumbprint))]))
        owners.set(thumbprint, [...(owners.get(thumbprint) ?? []), name]);
    } catch (error) {
      failures.push(failureOf(name.ca, error));
    }
  });
  return { owners, areCas };
}

/**
 * The thumbprints that enrollments embed, of single devices those which a vault knows. A DPS whose enrollments cannot
 * be read is a failure; its entries count all the same.
 */
async function findEmbedded(
  world: World,
  services: readonly ServiceFacts[],
  failures: ScanFailure[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { kind, id } of services) {
    if (kind === 'unreadable') continue;
    try {
      for (const token of (await world.uses(id)).keys()) if (isThumbprint(token)) found.add(token);
    } catch (error) {
      failures.push({ target: id, message: messageOf(error) });
    }
  }
  return found;
}
