import { createFaults, type Faults } from '../allocation/faults.ts';
import { readBody } from '../allocation/read-body.ts';

/** What somebody asks for one CA, now. */
export interface RenewalWish {
  /** Certificate name, as it was spelled. */
  readonly ca: string;
  /** Origin; `undefined`: whichever configured vault holds it. */
  readonly vaultUrl: string | undefined;
  /**
   * Whether to renew although it is not due; else it is looked at, and what is due is done. A thumbprint: that
   * generation alone is to be replaced, so that asking twice renews once. SHA-1, upper-case hex.
   */
  readonly force: boolean | string;
}

/** The wish, or every fault of it, one sentence each. */
export type ParsedRenewalWish = { readonly wish: RenewalWish } | { readonly faults: readonly string[] };

/**
 * Parses the body of `POST /api/renew`: `{"ca", "vault"?, "force"?}`. A member that is not known is a fault: whoever
 * writes `"forced": true` must not be told that all is well. Never throws.
 */
export function parseRenewalWish(body: Uint8Array): ParsedRenewalWish {
  const read = readBody(body);
  if ('fault' in read) return { faults: [read.fault] };
  const faults = createFaults();
  const root = faults.object('the body', read.value, ['ca', 'vault', 'force']);
  if (root === undefined) return { faults: faults.found };
  const { ca, vault, force } = root;
  // The rule of Key Vault for names.
  if (typeof ca !== 'string' || !/^[0-9A-Za-z-]{1,127}$/.test(ca)) {
    faults.add('ca', 'must be the name of a certificate in Key Vault, 1 to 127 letters, digits and hyphens', ca);
  }
  const vaultUrl = vault === undefined ? undefined : parseVault(vault, faults);
  const forced = parseForce(force, faults);
  if (faults.found.length > 0 || typeof ca !== 'string') return { faults: faults.found };
  return { wish: { ca, vaultUrl, force: forced } };
}

function parseForce(force: unknown, faults: Faults): boolean | string {
  if (force === undefined || typeof force === 'boolean') return force === true;
  if (typeof force === 'string' && /^[0-9A-F]{40}$/i.test(force)) return force.toUpperCase();
  faults.add('force', 'must be true, false, or the thumbprint of the version to be replaced', force);
  return false;
}

/** Nothing but the origin of a URL is read of it, and a text that is something else is not repeated: it may hold a key. */
function parseVault(vault: unknown, faults: Faults): string | undefined {
  const url = typeof vault === 'string' ? URL.parse(vault) : null;
  const isOrigin = url?.protocol === 'https:' && url.pathname === '/' && !url.search && !url.hash;
  if (isOrigin && !url.username && !url.password) return url.origin;
  return faults.add('vault', 'must be the URL of a vault, https://NAME.vault.azure.net');
}
