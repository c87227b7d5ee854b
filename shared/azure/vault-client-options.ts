/**
 * Options of a Key Vault client. It insists that the vault's host ends in the host of the challenge's resource, lest a
 * stranger's vault be sent a token. A vault on loopback, as in local development and tests, cannot; there alone the
 * check is off.
 * @param url origin of the vault
 */
export function vaultClientOptions(url: string): { disableChallengeResourceVerification?: true } {
  return isLoopback(url) ? { disableChallengeResourceVerification: true } : {};
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}
