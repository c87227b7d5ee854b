import type { CaId } from '../lifecycle/observed.ts';
import { type Certificate, readCertificate } from '../x509/certificate.ts';
import { keyOf } from './catalogue.ts';
import { sideBySide } from './side-by-side.ts';
import type { World } from './world.ts';

/**
 * The CA certificates of all vaults, superseded and disabled versions too: a device may still present any of them.
 * Throws an Error where a vault or a version cannot be read: what is not seen might be what a device hangs on.
 * @param ca always looked at, whatever its current version is
 */
export async function knownCas(world: World, ca: CaId): Promise<readonly Certificate[]> {
  for (const listed of await world.vaults()) {
    if (listed.kind === 'unreadable') throw new Error(`${listed.vault.url} cannot be read (${listed.detail})`);
  }
  const found = await sideBySide(await world.names(), async ({ ca: candidate, thumbprint }) => {
    const { isCa, subject, issuer } = await world.noted(candidate, thumbprint);
    // A version that signed itself may be the seed of a root that has generations before it.
    if (!isCa && subject !== issuer && keyOf(candidate) !== keyOf(ca)) return [];
    return certificatesOf(world, candidate);
  });
  return found.flat();
}

async function certificatesOf(world: World, ca: CaId): Promise<readonly Certificate[]> {
  const [{ generations }, versions] = await Promise.all([world.lineage(ca), world.versions(ca)]);
  const disabled = await sideBySide(
    versions.filter(({ enabled }) => !enabled),
    async ({ version }) => {
      const content = await world.content(ca, version);
      return content === undefined ? [] : [readCertificate(content.der)];
    },
  );
  return [...generations.map(({ certificate }) => certificate), ...disabled.flat()].filter(({ isCa }) => isCa);
}
