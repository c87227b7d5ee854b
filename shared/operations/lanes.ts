import { messageOf, Refused } from '../errors.ts';
import { parseTags } from '../lifecycle/ca-tags.ts';
import type { CaId, ObservedService, ServiceFacts } from '../lifecycle/observed.ts';
import { keyOf } from './catalogue.ts';
import { findIssuer } from './find-issuer.ts';
import { tokensOf } from './uses.ts';
import type { World } from './world.ts';

type ReadService = Extract<ServiceFacts, { readonly kind: 'read' }>;

/** Which versions of a CA there are, and where the operator wants it. */
interface Wanted {
  /** Thumbprints of the CA's versions. */
  readonly held: ReadonlySet<string | undefined>;
  /** The tag `dps`. */
  readonly dps: readonly string[];
}

/**
 * The DPS that hold a version of the CA as an entry, are to hold it by its tag `dps`, or have an enrollment group that
 * embeds one; where there are none, those with an individual enrollment that does. One that cannot be read may hold it,
 * too: its lane waits, and says so. Empty for a CA that is managed for its issuer's sake, or not at all.
 * Throws `Refused('bad-tag')`, and an ordinary error where it cannot be told.
 */
export async function lanesOf(world: World, ca: CaId, wanted: Wanted): Promise<readonly ObservedService[]> {
  const services = await world.services();
  const unknown = wanted.dps.filter((name) => name !== '*' && !services.some((service) => isNamed(service, name)));
  if (unknown.length > 0) {
    throw new Refused('bad-tag', `tag dps: ${unknown.join(', ')} is not among the configured provisioning services`);
  }
  const registered = (await Promise.all(services.map((service) => laneIn(world, service, wanted)))).flat();
  // Reading a million devices is for those CAs alone of which nothing else speaks.
  const lanes = registered.some(({ kind }) => kind === 'read') ? registered : await embeddingLanes(world, wanted.held);
  const unreadable = lanes.flatMap((service) => (service.kind === 'unreadable' ? service : []));
  if (lanes.length > 0 && unreadable.length === lanes.length) {
    const details = unreadable.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new Error(`Cannot tell which DPS holds '${ca.name}': ${details}`);
  }
  return lanes;
}

/**
 * Whether a CA that no DPS holds is managed all the same: because a managed CA has issued it, and it must follow that
 * one's key. Throws an ordinary error where that cannot be told.
 * @param below the CAs for whose sake this one is looked at: those that have signed each other end here
 */
export async function isManagedByIssuer(world: World, ca: CaId, below: readonly string[] = []): Promise<boolean> {
  const [newest] = (await world.lineage(ca)).generations;
  if (newest === undefined) return false;
  const issuer = await findIssuer(world, ca, newest.certificate);
  if (issuer.kind === 'unknown') throw new Error(`Cannot tell who has issued '${ca.name}': ${issuer.detail}`);
  if (issuer.kind !== 'found' || below.includes(keyOf(issuer.ca))) return false;
  const { generations, versions } = await world.lineage(issuer.ca);
  const parsed = parseTags(generations[0]?.tags ?? {});
  const held = new Set(versions.map(({ thumbprint }) => thumbprint));
  const wanted = { held, dps: 'tags' in parsed ? parsed.tags.dps : [] };
  const lanes = await Promise.all((await world.services()).map((service) => laneIn(world, service, wanted)));
  if (lanes.flat().some(({ kind }) => kind === 'read')) return true;
  return isManagedByIssuer(world, issuer.ca, [...below, keyOf(ca)]);
}

/**
 * The DPS of which an individual enrollment embeds one of these versions, with those that cannot be read. All that is
 * ever held of a device's own certificate.
 */
export async function embeddingLanes(world: World, held: Wanted['held']): Promise<readonly ObservedService[]> {
  const lanes = (await world.services()).map(async (service): Promise<ObservedService | []> => {
    if (service.kind === 'unreadable') return service;
    try {
      const uses = await world.uses(service.id);
      return [...held].some((thumbprint) => thumbprint !== undefined && uses.has(thumbprint)) ? laneOf(service) : [];
    } catch (error) {
      return { kind: 'unreadable', id: service.id, name: service.name, detail: messageOf(error) };
    }
  });
  return (await Promise.all(lanes)).flat();
}

/** A lane of which the enrollments have not been read yet. */
function laneOf(service: ReadService, registers = false): ObservedService {
  return { ...service, registers, embeddedBelow: [], referring: { kind: 'unreadable', detail: 'not read' } };
}

/** The lane of a CA in one DPS; none where that has nothing to do with it. */
async function laneIn(world: World, service: ServiceFacts, { held, dps }: Wanted): Promise<ObservedService | []> {
  if (service.kind === 'unreadable') return service;
  const registers =
    dps.some((name) => name === '*' || isNamed(service, name)) ||
    service.entries.some((entry) => held.has(entry.thumbprint));
  if (registers) return laneOf(service, registers);
  try {
    const groups = await world.groups(service.id);
    return groups.some((group) => tokensOf(group).some((token) => held.has(token))) ? laneOf(service) : [];
  } catch (error) {
    return { kind: 'unreadable', id: service.id, name: service.name, detail: messageOf(error) };
  }
}

function isNamed(service: ServiceFacts, name: string): boolean {
  return service.name.toLowerCase() === name.toLowerCase();
}
