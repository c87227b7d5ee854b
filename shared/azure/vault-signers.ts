import type { TokenCredential } from '@azure/identity';
import { CryptographyClient } from '@azure/keyvault-keys';
import { vaultClientOptions } from './vault-client-options.ts';
import { warmUp } from './warm-up.ts';

/** A client for one key, and what lets its first call end before any other. */
export interface VaultSigner {
  readonly client: CryptographyClient;
  readonly warm: ReturnType<typeof warmUp>;
}

/** A client takes some 20 kB, and every renewal makes a key that signs once. The keys of issuers sign again and again. */
const MOST_KEPT = 32;

/**
 * Finds the client of a versioned key identifier, one per key for as long as it is among those used last.
 * Throws an Error if the key is of another vault, where the token of this one would go, or has no version.
 * @param url origin of the vault
 */
export function vaultSigners(url: string, credential: TokenCredential): (keyId: string) => VaultSigner {
  const signers = new Map<string, VaultSigner>();
  return (keyId) => {
    const signer = signers.get(keyId) ?? { client: clientFor(url, keyId, credential), warm: warmUp() };
    // A Map is in the order of insertion: whoever has just been used goes to its end.
    signers.delete(keyId);
    signers.set(keyId, signer);
    const [oldest] = signers.keys();
    if (signers.size > MOST_KEPT && oldest !== undefined) signers.delete(oldest);
    return signer;
  };
}

function clientFor(url: string, keyId: string, credential: TokenCredential): CryptographyClient {
  const id = URL.parse(keyId);
  const [, kind, name, version] = id?.pathname.split('/') ?? [];
  if (id?.origin !== url || kind !== 'keys' || !name || !version) {
    throw new Error(`Cannot sign with '${keyId}': it is not a versioned key of ${url}`);
  }
  // Given a key rather than an identifier, the client does not read the key before it signs. That would be a request
  // and a permission more, and its own guards for nbf and exp would stand in for the vault's 403.
  const key = { id: keyId, name, properties: { vaultUrl: url, name, version } };
  return new CryptographyClient(key, credential, vaultClientOptions(url));
}
