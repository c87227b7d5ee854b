import { messageOf } from '../errors.ts';
import type { ScanFailure } from '../events.ts';
import { caNameHint } from '../lifecycle/entry-name.ts';
import type { CaId, ServiceFacts } from '../lifecycle/observed.ts';
import type { Entry } from '../ports.ts';
import { findSubordinates } from './find-subordinates.ts';
import { failureOf, type ListedName } from './listed-name.ts';
import { sideBySide } from './side-by-side.ts';
import { tokensOf } from './uses.ts';
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

/** A certificate that a DPS uses: an entry, or one that an enrollment group embeds. */
interface Used {
  readonly thumbprint: string;
  /** Of the entry. */
  readonly name: string;
}

/**
 * Which CAs are managed: those of which a DPS holds a version as an entry or an enrollment group embeds one, those which
 * the tag `dps` names one for, and those which one of these has issued. They are matched by thumbprint: first against the
 * current versions, which the vaults' listings show; then, for what is left, against older versions, beginning with the
 * CA that the entry's name speaks of. An entry is unmanaged only if everything could be read.
 */
export async function findManaged(world: World): Promise<Managed> {
  const [vaults, names, services] = await Promise.all([world.vaults(), world.names(), world.services()]);
  const entries = services.flatMap((service) =>
    service.kind === 'read' ? service.entries.map((entry) => ({ dps: service.id, entry })) : [],
  );
  const embedded = await findEmbedded(world, services);
  const used = [...entries.map(({ entry }) => entry), ...embedded.found];
  const owners = new Map<string, Set<ListedName>>();
  const remember = (thumbprint: string, name: ListedName) =>
    owners.set(thumbprint, (owners.get(thumbprint) ?? new Set()).add(name));
  const failures: ScanFailure[] = [...embedded.failures];

  async function readVersions(some: readonly ListedName[]): Promise<void> {
    await sideBySide(some, async (name) => {
      try {
        for (const thumbprint of await world.notedVersions(name.ca, name.thumbprint)) remember(thumbprint, name);
      } catch (error) {
        failures.push(failureOf(name.ca, error));
      }
    });
  }
  const isUnmatched = ({ thumbprint }: Used) => !owners.has(thumbprint);

  for (const name of names) remember(name.thumbprint, name);
  const left = used.filter(isUnmatched);
  const hinted = names.filter(({ ca }) => left.some((each) => isHint(each.name, ca.name)));
  await readVersions(hinted);
  if (left.some(isUnmatched)) await readVersions(names.filter((name) => !hinted.includes(name)));

  const held = new Set(used.flatMap(({ thumbprint }) => [...(owners.get(thumbprint) ?? [])]));
  const everythingRead = failures.length === 0 && vaults.every((listed) => listed.kind === 'read');
  const managed = names.filter((name) => held.has(name) || name.tags.dps);
  const subordinates = await findSubordinates(world, names, managed);
  return {
    managed: [...managed, ...subordinates.found].map(({ ca }) => ca),
    unmanaged: everythingRead ? entries.filter(({ entry }) => isUnmatched(entry)) : [],
    failures: [...failures, ...subordinates.failures],
  };
}

/** What the enrollment groups embed. A DPS whose groups cannot be read is a failure; its entries count all the same. */
async function findEmbedded(
  world: World,
  services: readonly ServiceFacts[],
): Promise<{ readonly found: readonly Used[]; readonly failures: readonly ScanFailure[] }> {
  const found: Used[] = [];
  const failures: ScanFailure[] = [];
  for (const { kind, id } of services) {
    if (kind === 'unreadable') continue;
    try {
      const tokens = (await world.groups(id)).flatMap((group) => tokensOf(group));
      for (const token of new Set(tokens))
        if (/^[0-9A-F]{40}$/.test(token)) found.push({ thumbprint: token, name: '' });
    } catch (error) {
      failures.push({ target: id, message: messageOf(error) });
    }
  }
  return { found, failures };
}

function isHint(entry: string, ca: string): boolean {
  const hint = caNameHint(entry);
  return hint !== undefined && (hint.whole ? ca === hint.prefix : ca.startsWith(hint.prefix));
}
