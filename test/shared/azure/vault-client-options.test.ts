import { CertificateClient } from '@azure/keyvault-certificates';
import { describe, expect, it } from 'vitest';
import { vaultClientOptions } from '../../../shared/azure/vault-client-options.ts';
import { inProcessHttpClient } from '../../support/in-process-http-client.ts';
import { newVault } from '../../support/key-vault-builders.ts';

describe('vaultClientOptions', () => {
  it.each(['https://localhost:8443', 'https://127.0.0.1:8443', 'https://[::1]:8443'])('lets %s be local', (url) => {
    expect(vaultClientOptions(url).disableChallengeResourceVerification).toBe(true);
  });

  it.each([
    'https://kv-fleet.vault.azure.net',
    'https://kv-fleet.vault.azure.cn',
    'https://localhost.example',
    'https://example.localhost',
    'https://127.0.0.1.example',
    'https://localhost@kv.example',
  ])('keeps the check for %s', (url) => {
    expect(vaultClientOptions(url).disableChallengeResourceVerification).toBe(false);
  });

  // Without a network: the vault's answers come from this process, whatever the host.
  const listOf = async (url: string) => {
    const asked: (string | string[])[] = [];
    const credential = {
      getToken: async (scopes: string | string[]) => {
        asked.push(scopes);
        return { token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    const httpClient = inProcessHttpClient(newVault({ now: () => new Date() }));
    const client = new CertificateClient(url, credential, { ...vaultClientOptions(url), httpClient });
    const listing = client.listPropertiesOfCertificates().next();
    return { asked, outcome: await listing.then(() => 'listed', String) };
  };

  it("gets a vault of Azure a token for the challenge's resource", async () => {
    const { asked, outcome } = await listOf('https://kv-fleet.vault.azure.net');
    expect({ asked, outcome }).toStrictEqual({ asked: [['https://vault.azure.net/.default']], outcome: 'listed' });
  });

  it("gets a stranger's host no token, though its challenge names the resource of Azure's vaults", async () => {
    const { asked, outcome } = await listOf('https://kv-fleet.example');
    expect(outcome).toContain('does not match the requested domain');
    expect(asked).toStrictEqual([]);
  });
});
