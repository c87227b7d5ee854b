import type { Entry, PendingRequest, VaultVersion } from '../ports.ts';
import type { ReadLane } from './lineage-in.ts';
import type { Generation, Observed } from './observed.ts';
import { seedTags } from './seed-tags.ts';

// What a write answered may stand for reading it again: these put an answer into what was observed.

/** After a certification request was made, with a key that is not exportable. */
export function afterRequest(observed: Observed, pending: PendingRequest): Observed {
  const { vault } = observed;
  return { ...observed, vault: { ...vault, pending, keyPolicy: { ...vault.keyPolicy, exportable: false } } };
}

/** After a new generation was merged. */
export function afterIssue(observed: Observed, generation: Generation): Observed {
  const { vault } = observed;
  const generations = [generation, ...vault.generations] as const;
  // Signed with the issuer's newest key.
  const issuer =
    vault.issuer.kind === 'found'
      ? { ...vault.issuer, isRekeyed: false, signers: [vault.issuer.generation.certificate.thumbprint] }
      : vault.issuer;
  return {
    ...observed,
    hasIssued: true,
    vault: { ...vault, generations, versions: [asVersion(generation), ...vault.versions], pending: undefined, issuer },
  };
}

/** After an entry of a DPS was made or changed. */
export function afterEntry(observed: Observed, dps: string, entry: Entry): Observed {
  const services = observed.services.map((service) => {
    if (service.id !== dps || service.kind === 'unreadable') return service;
    return { ...service, entries: [...service.entries.filter((other) => other.name !== entry.name), entry] };
  });
  return { ...observed, services };
}

/** After Key Vault has made a seed, and the intent has become a tag of the newest generation. */
export function afterSeed(observed: Observed, seed: Generation): Observed {
  const { vault, tags } = observed;
  const [newest, ...older] = vault.generations;
  const tagged = { ...newest, tags: seedTags(observed) };
  return {
    ...observed,
    tags: { ...tags, renewKey: 'new' },
    vault: {
      ...vault,
      seeds: [seed, ...vault.seeds],
      generations: [tagged, ...older],
      versions: [asVersion(seed), ...vault.versions],
      keyPolicy: { ...vault.keyPolicy, reuseKey: false, exportable: false },
    },
  };
}

/** After versions were disabled that are not needed. Throws an Error if no generation were left. */
export function afterTidy(observed: Observed, tidied: readonly Generation[]): Observed {
  const { vault } = observed;
  const [newest, ...older] = vault.generations.filter((generation) => !tidied.includes(generation));
  if (newest === undefined) throw new Error(`'${observed.ca.name}' has no generation left`);
  const seeds = vault.seeds.filter((seed) => !tidied.includes(seed));
  const isTidied = (id: string) => tidied.some(({ version }) => version === id);
  const versions = vault.versions.map((each) => (isTidied(each.version) ? { ...each, enabled: false } : each));
  return { ...observed, vault: { ...vault, seeds, versions, generations: [newest, ...older] } };
}

/** After references were changed, or an entry was deleted. */
export function afterReferences(
  observed: Observed,
  dps: string,
  change: (service: ReadLane) => Partial<Pick<ReadLane, 'referring' | 'entries'>>,
): Observed {
  const services = observed.services.map((service) =>
    service.id === dps && service.kind === 'read' ? { ...service, ...change(service) } : service,
  );
  return { ...observed, services };
}

function asVersion({ version, createdOn, certificate: { thumbprint } }: Generation): VaultVersion {
  return { version, createdOn, thumbprint, enabled: true };
}
