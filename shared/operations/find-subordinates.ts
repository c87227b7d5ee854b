import type { ScanFailure } from '../events.ts';
import { keyOf } from './catalogue.ts';
import { findIssuer } from './find-issuer.ts';
import { failureOf, type ListedName } from './listed-name.ts';
import { sideBySide } from './side-by-side.ts';
import type { World } from './world.ts';

/**
 * The CAs that managed CAs have issued, level by level: they must be renewed with their issuer, whether or not a DPS
 * holds them. The catalogue's names narrow the search; an issuer's signature decides.
 */
export async function findSubordinates(
  world: World,
  names: readonly ListedName[],
  managed: readonly ListedName[],
): Promise<{ readonly found: readonly ListedName[]; readonly failures: readonly ScanFailure[] }> {
  const failures: ScanFailure[] = [];
  const noted = new Map<ListedName, Awaited<ReturnType<World['noted']>>>();
  await sideBySide(managed.length === 0 ? [] : names, async (name) => {
    try {
      noted.set(name, await world.noted(name.ca, name.thumbprint));
    } catch (error) {
      failures.push(failureOf(name.ca, error));
    }
  });

  async function isIssuedByOneOf(issuers: readonly ListedName[], name: ListedName): Promise<boolean> {
    try {
      const [newest] = (await world.lineage(name.ca)).generations;
      const issuer = newest && (await findIssuer(world, name.ca, newest.certificate));
      return issuer?.kind === 'found' && issuers.some(({ ca }) => keyOf(ca) === keyOf(issuer.ca));
    } catch (error) {
      failures.push(failureOf(name.ca, error));
      return false;
    }
  }

  const found: ListedName[] = [];
  for (let issuers = managed; issuers.length > 0; ) {
    const subjects = new Set(issuers.map((issuer) => noted.get(issuer)?.subject));
    const candidates = names.filter((name) => {
      const item = noted.get(name);
      return item?.isCa && subjects.has(item.issuer) && !managed.includes(name) && !found.includes(name);
    });
    const level = issuers;
    const isIssued = await sideBySide(candidates, (name) => isIssuedByOneOf(level, name));
    issuers = candidates.filter((_, index) => isIssued[index]);
    found.push(...issuers);
  }
  return { found, failures };
}
