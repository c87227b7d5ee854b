import { Conflict } from '../errors.ts';
import type { AskedKey } from '../lifecycle/asked-key.ts';
import { newRequest } from '../lifecycle/new-request.ts';
import type { Observed } from '../lifecycle/observed.ts';
import { policyBeforeSeed } from '../lifecycle/seed-tags.ts';
import type { PendingRequest, Ports } from '../ports.ts';
import { assertNotOvertaken, whatChanged } from './what-changed.ts';
import { vaultOf } from './world.ts';

/**
 * Asks Key Vault for a new key and its certification request. The pending operation is the lock of the CA: whoever
 * made it looks once more whether a newer generation has appeared meanwhile, and gives it up if so.
 * Throws `Conflict`, `Refused('name-deleted')`.
 */
export async function request(ports: Ports, observed: Observed, key: AskedKey): Promise<PendingRequest> {
  const { ca } = observed;
  const keyVault = vaultOf(ports, ca.vaultUrl);
  // Key Vault compares nothing but the key: a belated request for the same key would take the certificate that somebody
  // else still means to merge into the one before it.
  if (key === 'same') await assertNotOvertaken(ports, observed);
  await keyVault.createRequest(ca.name, newRequest(observed, key));
  const [pending, changed] = await Promise.all([keyVault.pendingRequest(ca.name), whatChanged(ports, observed)]);
  // Only our own request is given up. One with an exportable key has taken its place, and is somebody else's.
  if (changed === 'overtaken') {
    await keyVault.deleteRequest(ca.name);
    // A request for a seed's key has changed the policy, perhaps after whoever was faster had restored it.
    if (observed.vault.seeds.length > 0) await keyVault.restorePolicy(ca.name, policyBeforeSeed(observed));
  }
  if (changed !== undefined) throw new Conflict(`'${ca.name}' is not as it was when its request was made: ${changed}`);
  if (pending === undefined) throw new Conflict(`The new request of '${ca.name}' in ${ca.vaultUrl} is gone already`);
  return pending;
}
