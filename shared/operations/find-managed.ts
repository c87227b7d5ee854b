import { messageOf } from '../errors.ts';
import type { ScanFailure } from '../events.ts';
import { caNameHint } from '../lifecycle/entry-name.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Entry } from '../ports.ts';
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
 * Which CAs are managed: those of which a DPS holds a version as an entry, or which the tag `dps` names one for. Entries
 * are matched by thumbprint: first against the current versions, which the vaults' listings show; then, for the entries
 * left, against older versions, beginning with the CA that the entry's name speaks of. An entry is unmanaged only if
 * everything could be read.
 */
export async function findManaged(world: World): Promise<Managed> {
  const [vaults, services] = await Promise.all([world.vaults(), world.services()]);
  const names = vaults.flatMap((listed) =>
    listed.kind === 'read'
      ? listed.certificates.map(({ name, ...item }) => ({ ca: { vaultUrl: listed.vault.url, name }, ...item }))
      : [],
  );
  const entries = services.flatMap((service) =>
    service.kind === 'read' ? service.entries.map((entry) => ({ dps: service.id, entry })) : [],
  );
  const owners = new Map<string, Set<CaId>>();
  const remember = (thumbprint: string, ca: CaId) =>
    owners.set(thumbprint, (owners.get(thumbprint) ?? new Set()).add(ca));
  const failures: ScanFailure[] = [];

  async function readVersions(cas: readonly CaId[]): Promise<void> {
    await sideBySide(cas, async (ca) => {
      try {
        for (const { thumbprint } of await world.versions(ca)) if (thumbprint) remember(thumbprint, ca);
      } catch (error) {
        failures.push({ target: `${ca.vaultUrl}/${ca.name}`, message: messageOf(error) });
      }
    });
  }
  const unmatched = () => entries.filter(({ entry }) => !owners.has(entry.thumbprint));

  for (const { ca, thumbprint } of names) if (thumbprint) remember(thumbprint, ca);
  const cas = names.map(({ ca }) => ca);
  const left = unmatched();
  const hinted = cas.filter((ca) => left.some(({ entry }) => isHint(entry.name, ca.name)));
  await readVersions(hinted);
  if (unmatched().length > 0) await readVersions(cas.filter((ca) => !hinted.includes(ca)));

  const held = new Set(entries.flatMap(({ entry }) => [...(owners.get(entry.thumbprint) ?? [])]));
  const everythingRead = failures.length === 0 && vaults.every((listed) => listed.kind === 'read');
  return {
    managed: names.flatMap(({ ca, tags }) => (held.has(ca) || tags.dps ? ca : [])),
    unmanaged: everythingRead ? unmatched() : [],
    failures,
  };
}

function isHint(entry: string, ca: string): boolean {
  const hint = caNameHint(entry);
  return hint !== undefined && (hint.whole ? ca === hint.prefix : ca.startsWith(hint.prefix));
}
