import type { CaId } from '../lifecycle/observed.ts';
import type { Denied } from './asked.ts';
import type { RenewalWish } from './parse-renewal-wish.ts';
import type { World } from './world.ts';

/**
 * The one certificate name that a wish means, spelled as its vault spells it: Key Vault takes names in upper and lower
 * case for the same, and a message that spells one otherwise would be another CA's. Denied where no configured vault
 * holds it, where more than one does, and where that cannot be told. Never throws.
 */
export async function findNamed(world: World, { ca: name, vaultUrl }: RenewalWish): Promise<CaId | Denied> {
  const vaults = await world.vaults();
  const asked = vaults.filter(({ vault }) => vaultUrl === undefined || vault.url === vaultUrl);
  const urls = asked.map(({ vault }) => vault.url);
  if (asked.length === 0) {
    const configured = vaults.map(({ vault }) => vault.url).join(', ');
    const message = `KEY_VAULT_URLS does not list ${vaultUrl}; it lists ${configured}.`;
    return { kind: 'unknown', reason: 'vault-not-configured', message };
  }
  const found = asked.flatMap((listed) =>
    (listed.kind === 'read' ? listed.certificates : [])
      .filter((certificate) => certificate.name.toLowerCase() === name.toLowerCase())
      .map((certificate) => ({ vaultUrl: listed.vault.url, name: certificate.name })),
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length > 0) {
    const holders = found.map((ca) => ca.vaultUrl).join(', ');
    const message = `More than one vault holds a certificate '${name}': ${holders}. Say which one: vault.`;
    return { kind: 'refused', reason: 'ambiguous', message };
  }
  const unreadable = asked.flatMap((listed) => (listed.kind === 'unreadable' ? listed : []));
  if (unreadable.length > 0) {
    const whys = unreadable.map(({ vault, detail }) => `${vault.url} (${detail})`).join('; ');
    const which = only && ` ${only.vaultUrl} holds one of that name; to have that one, name its vault.`;
    const message = `Whether these hold a certificate '${name}' cannot be told: ${whys}.${which ?? ' Ask again.'}`;
    return { kind: 'unreadable', reason: 'unreadable', message };
  }
  if (only !== undefined) return only;
  const message = `No certificate '${name}' is in ${urls.join(' or ')}.`;
  return { kind: 'unknown', reason: 'unknown-ca', message };
}
