import { Refused } from '../errors.ts';
import { parseTags } from '../lifecycle/ca-tags.ts';
import type { CaId, ObservedService } from '../lifecycle/observed.ts';
import { keyOf } from './catalogue.ts';
import { findIssuer } from './find-issuer.ts';
import type { World } from './world.ts';

/**
 * The DPS that hold a version of the CA, or are to hold it by its tag `dps`. One that cannot be read may hold it, too:
 * its lane waits, and says so. Empty for a CA that is managed for its issuer's sake, or not at all.
 * @param held thumbprints of the CA's versions
 * @param wanted the tag `dps`
 * Throws `Refused('bad-tag')`, and an ordinary error where not one of them could be read.
 */
export function lanesOf(
  ca: CaId,
  services: readonly ObservedService[],
  held: ReadonlySet<string | undefined>,
  wanted: readonly string[],
): readonly ObservedService[] {
  const unknown = wanted.filter((name) => name !== '*' && !services.some((service) => isNamed(service, name)));
  if (unknown.length > 0) {
    throw new Refused('bad-tag', `tag dps: ${unknown.join(', ')} is not among the configured provisioning services`);
  }
  const lanes = services.filter((service) => service.kind === 'unreadable' || isHeldBy(service, held, wanted));
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
  const wanted = 'tags' in parsed ? parsed.tags.dps : [];
  const held = new Set(versions.map(({ thumbprint }) => thumbprint));
  const services = await world.services();
  if (services.some((service) => service.kind === 'read' && isHeldBy(service, held, wanted))) return true;
  return isManagedByIssuer(world, issuer.ca, [...below, keyOf(ca)]);
}

function isHeldBy(service: ObservedService, held: ReadonlySet<string | undefined>, wanted: readonly string[]): boolean {
  if (wanted.some((name) => name === '*' || isNamed(service, name))) return true;
  return service.kind === 'read' && service.entries.some((entry) => held.has(entry.thumbprint));
}

function isNamed(service: ObservedService, name: string): boolean {
  return service.name.toLowerCase() === name.toLowerCase();
}
