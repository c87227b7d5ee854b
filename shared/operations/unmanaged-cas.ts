import type { CaId } from '../lifecycle/observed.ts';
import { keyOf } from './catalogue.ts';
import type { Looked } from './look-at.ts';
import { keyOfSpki } from './plan-ca.ts';
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
    if (known.has(keyOf(ca)) || !(await isCa(world, ca, thumbprint))) return [];
    const current = await world.currentVersion(ca).catch(() => undefined);
    if (current === undefined) return [];
    const { notBefore, notAfter, spki } = current.certificate;
    const issuerOf = looked.flatMap((each) => (isIssuedBy(each, ca) ? each.ca : []));
    return [{ ca, thumbprint, notBefore, notAfter, key: keyOfSpki(spki), issuerOf }];
  });
  return found.flat();
}

/** One that cannot be read is no CA to anybody here; where it matters, a managed CA or a failure speaks of it. */
async function isCa(world: World, ca: CaId, thumbprint: string): Promise<boolean> {
  const noted = await world.noted(ca, thumbprint).catch(() => undefined);
  return noted?.isCa === true;
}

function isIssuedBy(looked: Looked, ca: CaId): boolean {
  if (looked.kind !== 'decided') return false;
  const { issuer } = looked.observed.vault;
  return issuer.kind === 'found' && keyOf(issuer.ca) === keyOf(ca);
}
