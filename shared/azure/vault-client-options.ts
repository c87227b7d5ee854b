import type { CertificateClientOptions } from '@azure/keyvault-certificates';
import { noPages } from './no-pages.ts';
import { ownHostOnly } from './own-host-only.ts';
import { timeLimit } from './time-limit.ts';

/**
 * Options of a Key Vault client, which sends nothing to another host. It insists that the vault's host ends in the
 * host of the challenge's resource, lest a stranger's vault be sent a token. A vault on loopback, as in local
 * development and tests, cannot; there alone the check is off.
 * @param url origin of the vault
 */
export function vaultClientOptions(
  url: string,
): Required<Pick<CertificateClientOptions, 'disableChallengeResourceVerification' | 'additionalPolicies'>> {
  return {
    disableChallengeResourceVerification: isLoopback(url),
    additionalPolicies: [ownHostOnly(url), noPages(), timeLimit()],
  };
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}
