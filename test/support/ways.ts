import type { SeedInput } from '../../local/emulator/seed.ts';
import type { CaId } from '../../shared/lifecycle/observed.ts';
import { withCertificate } from './changed-seed.ts';
import { fleet, generationsOf, PLANT_A } from './fleet.ts';
import { vaultUrl } from './in-process-azure.ts';
import { ROOT, rooted } from './rooted.ts';
import type { Scene } from './scene.ts';

export const WAYS = ['a subordinate', 'a root that keeps its key', 'a root that gets a new key'] as const;
/** How a new generation comes to be issued. */
export type Way = (typeof WAYS)[number];

export const WAY_KEYS = ['RSA-2048', 'RSA-3072', 'P-256', 'P-384'] as const;
export type WayKey = (typeof WAY_KEYS)[number];

/** Tags of somebody's own, which mean nothing to the app. */
export const OWN_TAGS = { owner: 'pki', 'cost-centre': '42' };

/** One CA that is due, to be renewed in one of the ways. */
export interface WayOfIssuing {
  readonly seed: SeedInput;
  readonly ca: CaId;
  /** The same as the seed names it. */
  readonly name: { readonly vault: string; readonly name: string };
  /** Who signs: for a root, itself. */
  readonly issuer: { readonly vault: string; readonly name: string };
  /** What must be the newest version's tags in the end. */
  readonly tags: Readonly<Record<string, string>>;
}

/** @param services number of DPS that hold the CA, verified: `dps-1` and so on */
export function wayOfIssuing(way: Way, key: WayKey = 'P-256', services = 1): WayOfIssuing {
  if (way === 'a subordinate') {
    const issuer = { vault: 'kv-root', name: 'fleet-root' };
    const seed = withCertificate(fleet({ subordinate: key, services }), PLANT_A.name, { tags: OWN_TAGS });
    return { seed, ca: caOf(PLANT_A), name: PLANT_A, issuer, tags: OWN_TAGS };
  }
  const keeps = way === 'a root that keeps its key';
  const seed = inServices(rooted({ key, reuseKey: keeps, tags: OWN_TAGS }), services);
  // The intent to have a new key stands in the policy alone, and is written down before that changes.
  return {
    seed,
    ca: caOf(ROOT),
    name: ROOT,
    issuer: ROOT,
    tags: keeps ? OWN_TAGS : { ...OWN_TAGS, 'renew-key': 'new' },
  };
}

/** What is left of a renewal that matters in the end; no identifiers, so that two runs compare. */
export async function wayOutcome(scene: Scene, { ca, name }: WayOfIssuing) {
  const versions = generationsOf(scene, name);
  const newest = versions.at(-1);
  const vault = scene.app.ports.vaults.get(ca.vaultUrl);
  const current = await vault?.current(ca.name);
  const services = [];
  for (const { name: dps } of scene.app.ports.services.values()) {
    services.push((await scene.entries(dps)).map(({ isVerified }) => isVerified));
  }
  return {
    enabled: versions.map(({ enabled }) => enabled),
    // The newest version is the current one, and its tags are the CA's.
    current: current?.content?.version === newest?.version,
    tags: current?.content?.tags,
    keyPolicy: current?.keyPolicy,
    pending: await vault?.pendingRequest(ca.name),
    services,
  };
}

/** What `wayOutcome` shows after exactly one renewal: the seed of a new key, if any, is there and disabled. */
export function wayRenewedOnce(way: Way, key: WayKey = 'P-256', services = 1): Awaited<ReturnType<typeof wayOutcome>> {
  const { tags } = wayOfIssuing(way, key, services);
  const reuseKey = way === 'a root that keeps its key';
  return {
    enabled: way === 'a root that gets a new key' ? [true, false, true] : [true, true],
    current: true,
    tags,
    keyPolicy: { keyType: key.startsWith('RSA') ? 'RSA' : 'EC', reuseKey, exportable: false },
    pending: undefined,
    services: Array.from({ length: services }, () => [true, true]),
  };
}

function caOf({ vault, name }: { readonly vault: string; readonly name: string }): CaId {
  return { vaultUrl: vaultUrl(vault), name };
}

/** The only DPS of a seed, so many times. */
function inServices(seed: SeedInput, services: number): SeedInput {
  const provisioningServices = Array.from({ length: services }, (_, index) =>
    seed.provisioningServices.map((service) => ({ ...service, name: `dps-${index + 1}` })),
  );
  return { ...seed, provisioningServices: provisioningServices.flat() };
}
