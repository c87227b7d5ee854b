import type { CaId } from '../lifecycle/observed.ts';
import { keyOf, type ShownFacts } from './catalogue.ts';
import type { Looked } from './look-at.ts';
import type { UnmanagedCa } from './planned.ts';
import { sideBySide } from './side-by-side.ts';
import type { World } from './world.ts';

/** The CAs in the vaults that are not managed, with the managed ones that they have issued. */
export async function unmanagedCas(
  world: World,
  managed: readonly CaId[],
  looked: readonly Looked[],
): Promise<readonly UnmanagedCa[]> {
  const known = new Set(managed.map(keyOf));
  const found = await sideBySide(await world.names(), async ({ ca, thumbprint }): Promise<UnmanagedCa[]> => {
    if (known.has(keyOf(ca))) return [];
    const shown = await shownOf(world, ca, thumbprint);
    if (shown === undefined) return [];
    const issuerOf = looked.flatMap((each) => (isIssuedBy(each, ca) ? each.ca : []));
    const { notBefore, notAfter, key } = shown;
    return [{ ca, thumbprint, notBefore: new Date(notBefore), notAfter: new Date(notAfter), key, issuerOf }];
  });
  return found.flat();
}

/** One that cannot be read is no CA to anybody here; where it matters, a managed CA or a failure speaks of it. */
async function shownOf(world: World, ca: CaId, thumbprint: string): Promise<ShownFacts | undefined> {
  const noted = await world.noted(ca, thumbprint).catch(() => undefined);
  return noted?.isCa === true ? noted.shown : undefined;
}

function isIssuedBy(looked: Looked, ca: CaId): boolean {
  if (looked.kind !== 'decided') return false;
  const { issuer } = looked.observed.vault;
  return issuer.kind === 'found' && keyOf(issuer.ca) === keyOf(ca);
}
