import { Conflict } from '../errors.ts';
import type { AskedKey } from '../lifecycle/asked-key.ts';
import { newRequest } from '../lifecycle/new-request.ts';
import type { Observed } from '../lifecycle/observed.ts';
import type { PendingRequest, Ports } from '../ports.ts';
import { vaultOf } from './world.ts';

/**
 * Asks Key Vault for a new key and its certification request. The pending operation is the lock of the CA: whoever
 * made it looks once more whether a newer generation has appeared meanwhile, and gives it up if so.
 * Throws `Conflict`, `Refused('name-deleted')`.
 */
export async function request(ports: Ports, observed: Observed, key: AskedKey): Promise<PendingRequest> {
  const { ca, vault } = observed;
  const keyVault = vaultOf(ports, ca.vaultUrl);
  const pending = await keyVault.createRequest(ca.name, newRequest(observed, key));
  if (await hasNewVersion(ports, observed)) {
    await keyVault.deleteRequest(ca.name);
    const known = vault.versions.length;
    throw new Conflict(`'${ca.name}' has got a version beyond the ${known} known ones; its new request was given up`);
  }
  return pending;
}

/** Whether a version has come into being since the CA was observed. */
async function hasNewVersion(ports: Ports, { ca, vault }: Observed): Promise<boolean> {
  const versions = await vaultOf(ports, ca.vaultUrl).versions(ca.name);
  return versions.some(({ version, thumbprint }) => thumbprint !== undefined && !vault.versions.includes(version));
}
