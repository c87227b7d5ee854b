import type { ScanFailure } from '../events.ts';
import { caNameHint } from '../lifecycle/entry-name.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Entry } from '../ports.ts';
import { findSubordinates } from './find-subordinates.ts';
import { failureOf, type ListedName } from './listed-name.ts';
import { sideBySide } from './side-by-side.ts';
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
 * Which CAs are managed: those of which a DPS holds a version as an entry, those which the tag `dps` names one for, and
 * those which one of these has issued. Entries are matched by thumbprint: first against the current versions, which the
 * vaults' listings show; then, for the entries left, against older versions, beginning with the CA that the entry's name
 * speaks of. An entry is unmanaged only if everything could be read.
 */
export async function findManaged(world: World): Promise<Managed> {
  const [vaults, services] = await Promise.all([world.vaults(), world.services()]);
  const names = vaults.flatMap((listed) =>
    listed.kind === 'read'
      ? listed.certificates.flatMap(({ name, thumbprint, tags }): ListedName | [] =>
          thumbprint === undefined ? [] : { ca: { vaultUrl: listed.vault.url, name }, thumbprint, tags },
        )
      : [],
  );
  const entries = services.flatMap((service) =>
    service.kind === 'read' ? service.entries.map((entry) => ({ dps: service.id, entry })) : [],
  );
  const owners = new Map<string, Set<ListedName>>();
  const remember = (thumbprint: string, name: ListedName) =>
    owners.set(thumbprint, (owners.get(thumbprint) ?? new Set()).add(name));
  const failures: ScanFailure[] = [];

  async function readVersions(some: readonly ListedName[]): Promise<void> {
    await sideBySide(some, async (name) => {
      try {
        for (const thumbprint of await world.notedVersions(name.ca, name.thumbprint)) remember(thumbprint, name);
      } catch (error) {
        failures.push(failureOf(name.ca, error));
      }
    });
  }
  const unmatched = () => entries.filter(({ entry }) => !owners.has(entry.thumbprint));

  for (const name of names) remember(name.thumbprint, name);
  const left = unmatched();
  const hinted = names.filter(({ ca }) => left.some(({ entry }) => isHint(entry.name, ca.name)));
  await readVersions(hinted);
  if (unmatched().length > 0) await readVersions(names.filter((name) => !hinted.includes(name)));

  const held = new Set(entries.flatMap(({ entry }) => [...(owners.get(entry.thumbprint) ?? [])]));
  const everythingRead = failures.length === 0 && vaults.every((listed) => listed.kind === 'read');
  const managed = names.filter((name) => held.has(name) || name.tags.dps);
  const subordinates = await findSubordinates(world, names, managed);
  return {
    managed: [...managed, ...subordinates.found].map(({ ca }) => ca),
    unmanaged: everythingRead ? unmatched() : [],
    failures: [...failures, ...subordinates.failures],
  };
}

function isHint(entry: string, ca: string): boolean {
  const hint = caNameHint(entry);
  return hint !== undefined && (hint.whole ? ca === hint.prefix : ca.startsWith(hint.prefix));
}
