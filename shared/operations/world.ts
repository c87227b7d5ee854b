import { messageOf, Refused } from '../errors.ts';
import type { CaId, Generation, ServiceFacts } from '../lifecycle/observed.ts';
import type {
  Documents,
  Enrollment,
  KeyVault,
  Ports,
  ProvisioningService,
  VaultCertificate,
  VaultCertificateContent,
  VaultVersion,
} from '../ports.ts';
import { type Certificate, readIfCertificate } from '../x509/certificate.ts';
import { type Catalogue, type CatalogueItem, catalogueItem, keyOf, readCatalogue } from './catalogue.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import type { ListedName } from './listed-name.ts';
import { type Lineage, readLineage, readVersion } from './read-lineage.ts';
import { collectUses, type Uses } from './uses.ts';

/** A vault whose listing could be read, or why it could not. */
export type ListedVault =
  | { readonly kind: 'read'; readonly vault: KeyVault; readonly certificates: readonly VaultCertificate[] }
  | { readonly kind: 'unreadable'; readonly vault: KeyVault; readonly detail: string };

/**
 * What is read of the world once for one scan or one renewal, however many CAs need it. Short-lived by design: a
 * decision made on older facts than these would be made on stale ones.
 */
export interface World {
  vaults(): Promise<readonly ListedVault[]>;
  /** All names of the vaults that could be listed, those excepted whose first version is pending. */
  names(): Promise<readonly ListedName[]>;
  services(): Promise<readonly ServiceFacts[]>;
  /** The enrollment groups of a DPS, at most a few hundred (limit of the service). Throws what its service API throws. */
  groups(dps: string): Promise<readonly Enrollment[]>;
  /**
   * All enrollments of a DPS, by what they refer to; of what individual ones embed, the versions of the vaults'
   * certificates that are known so far: from their listings, the catalogue and `versions`. Throws as `groups` does.
   */
  uses(dps: string): Promise<Uses>;
  /** All versions of a name, enabled or not, except one that is pending. Throws what the vault throws. */
  versions(ca: CaId): Promise<readonly VaultVersion[]>;
  /** The generations of a name. Throws what the vault throws, and `Refused('version-unreadable')`. */
  lineage(ca: CaId): Promise<Lineage>;
  /** One version with its content, enabled or not; `undefined` if there is none. Throws what the vault throws. */
  content(ca: CaId, version: string): Promise<VaultCertificateContent | undefined>;
  /** A name's current version, generation or not; `undefined` where there is none. Throws as `lineage` does. */
  currentVersion(ca: CaId): Promise<(Generation & { readonly enabled: boolean }) | undefined>;
  /**
   * What is noted of a name whose current version is listed under `thumbprint`: read only once in that version's life.
   * Where that is no CA, but an enabled version not far below it is, of that one.
   */
  noted(ca: CaId, thumbprint: string): Promise<CatalogueItem>;
  /** Thumbprints of all versions of a name. As `noted`. */
  notedVersions(ca: CaId, thumbprint: string): Promise<readonly string[]>;
  /** What was not in the catalogue yet. */
  readonly learnt: Catalogue;
  /** What kept the catalogue from being read, if anything did; then everything was read anew. */
  catalogueFailure(): Promise<string | undefined>;
}

/** So many versions below the current one may be the CA that the name is known for. */
const MOST_BELOW = 5;

/** Reads through the ports, each thing at most once. */
export function observeWorld(ports: Ports): World {
  const read = new Map<string, Promise<unknown>>();
  function once<T>(what: string, from: () => Promise<T>): Promise<T> {
    const running = (read.get(what) as Promise<T> | undefined) ?? from();
    read.set(what, running);
    return running;
  }
  function onceOf<T>(what: string, { vaultUrl, name }: CaId, from: (vault: KeyVault) => Promise<T>): Promise<T> {
    return once(`${what} of ${keyOf({ vaultUrl, name })}`, () => from(vaultOf(ports, vaultUrl)));
  }
  const current = (ca: CaId) => onceOf('current', ca, (vault) => vault.current(ca.name));
  const learnt = new Map<string, CatalogueItem>();
  const known = new Set<string>();
  const catalogue = () => once('catalogue', () => readCatalogueIfPossible(ports.documents));
  const noted = async (ca: CaId, thumbprint: string): Promise<CatalogueItem> => {
    const key = keyOf(ca);
    const known = learnt.get(key) ?? (await catalogue()).items.get(key);
    if (known?.thumbprint === thumbprint) return known;
    const content = (await current(ca))?.content;
    const item = catalogueItem(thumbprint, content && (await newestCaOr(content, ca)));
    // Deleted since it was listed: once it is recovered, what is noted would be believed for ever.
    if (content !== undefined) learnt.set(key, item);
    return item;
  };
  /** Key Vault's own renewal (AutoRenew) puts versions that are no CA on top of a CA, and so does a root's seed. */
  async function newestCaOr({ version, der }: VaultCertificateContent, ca: CaId): Promise<Certificate | undefined> {
    const current = readIfCertificate(der);
    if (current?.isCa) return current;
    const below = (await world.versions(ca)).filter((other) => other.enabled && other.version !== version);
    for (const older of below.slice(0, MOST_BELOW)) {
      const content = await world.content(ca, older.version);
      const certificate = content && readIfCertificate(content.der);
      if (certificate?.isCa) return certificate;
    }
    return current;
  }
  const world: World = {
    vaults: () => once('vaults', () => Promise.all([...ports.vaults.values()].map(listVault))),
    names: async () => (await world.vaults()).flatMap(namesIn),
    services: () => once('services', () => Promise.all([...ports.services.values()].map(readService))),
    groups: (dps) => once(`groups of ${dps}`, () => readGroups(ports, dps)),
    uses: (dps) =>
      once(`uses of ${dps}`, async () => {
        for (const { thumbprint } of await world.names()) known.add(thumbprint);
        for (const { versions } of [...(await catalogue()).items.values(), ...learnt.values()])
          for (const thumbprint of versions ?? []) known.add(thumbprint);
        const isOfInterest = (token: string) => token.startsWith('entry ') || known.has(token);
        return collectUses(enrollmentsOf(ports, dps), await world.groups(dps), isOfInterest);
      }),
    versions: (ca) =>
      onceOf('versions', ca, async (vault) => {
        const versions = await vault.versions(ca.name);
        for (const { thumbprint } of versions) if (thumbprint) known.add(thumbprint);
        return versions.filter((version) => version.thumbprint !== undefined);
      }),
    lineage: (ca) =>
      onceOf('lineage', ca, async () =>
        readLineage(await Promise.all([world.versions(ca), current(ca)]), (version) => world.content(ca, version)),
      ),
    content: (ca, version) => onceOf(`version ${version}`, ca, (vault) => vault.certificate(ca.name, version)),
    currentVersion: async (ca) => {
      const content = (await current(ca))?.content;
      return content && { ...content, certificate: readVersion(content) };
    },
    noted,
    notedVersions: async (ca, thumbprint) => {
      const item = await noted(ca, thumbprint);
      if (item.versions) return item.versions;
      const versions = (await world.versions(ca)).flatMap((version) => version.thumbprint ?? []);
      // As for the item itself: nothing is noted of what has been deleted.
      if ((await current(ca))?.content !== undefined) learnt.set(keyOf(ca), { ...item, versions });
      return versions;
    },
    learnt,
    catalogueFailure: async () => (await catalogue()).failure,
  };
  return world;
}

/** The vault of a CA. Throws `Refused('vault-not-configured')`. */
export function vaultOf(ports: Ports, vaultUrl: string): KeyVault {
  const vault = ports.vaults.get(vaultUrl);
  if (vault === undefined) {
    const known = [...ports.vaults.keys()].join(', ');
    // The host alone: whoever wrote the URL may have put a token into it.
    const host = URL.parse(vaultUrl)?.host.slice(0, 100) ?? 'not a URL';
    throw new Refused('vault-not-configured', `the message names ${host}; configured are ${known}`);
  }
  return vault;
}

function namesIn(listed: ListedVault): readonly ListedName[] {
  if (listed.kind === 'unreadable') return [];
  return listed.certificates.flatMap(({ name, thumbprint, tags }) =>
    thumbprint === undefined ? [] : { ca: { vaultUrl: listed.vault.url, name }, thumbprint, tags },
  );
}

async function readCatalogueIfPossible(documents: Documents): Promise<{ items: Catalogue; failure?: string }> {
  try {
    return { items: await readCatalogue(documents) };
  } catch (error) {
    return { items: new Map(), failure: messageOf(error) };
  }
}

async function listVault(vault: KeyVault): Promise<ListedVault> {
  try {
    return { kind: 'read', vault, certificates: await vault.list() };
  } catch (error) {
    return { kind: 'unreadable', vault, detail: messageOf(error) };
  }
}

async function readGroups(ports: Ports, dps: string): Promise<readonly Enrollment[]> {
  const groups: Enrollment[] = [];
  for await (const page of enrollmentsOf(ports, dps).enrollments('group')) groups.push(...page);
  return groups;
}

async function readService(service: ProvisioningService): Promise<ServiceFacts> {
  const { id, name } = service;
  try {
    const [state, entries] = await Promise.all([service.state(), service.entries()]);
    return { kind: 'read', id, name, state, entries };
  } catch (error) {
    return { kind: 'unreadable', id, name, detail: messageOf(error) };
  }
}
