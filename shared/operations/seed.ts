import { newRequest } from '../lifecycle/new-request.ts';
import { type Generation, newestOf, type Observed } from '../lifecycle/observed.ts';
import type { Ports } from '../ports.ts';
import { readCertificate } from '../x509/certificate.ts';
import { vaultOf } from './world.ts';

/** Key Vault asks for ten seconds between polls; a key on an elliptic curve has been seen to take 137 seconds. */
const POLL_MS = 10_000;
const MOST_POLLS = 24;

/**
 * Makes the seed of a root's renewal with a new key: a version that Key Vault signs itself, with a key that can sign
 * from then on. The intent is written down first, as the tag `renew-key=new`, because the seed changes the policy that
 * it would otherwise be read from.
 * Throws `Conflict`, and an ordinary error while Key Vault is still at it after four minutes: the next delivery goes on.
 */
export async function makeSeed(ports: Ports, observed: Observed): Promise<Generation> {
  const { ca } = observed;
  const vault = vaultOf(ports, ca.vaultUrl);
  const newest = newestOf(observed);
  const tags = { ...newest.tags, 'renew-key': 'new' };
  if (newest.tags['renew-key'] !== 'new') await vault.setTags(ca.name, newest.version, tags);
  await vault.createSeed(ca.name, { ...newRequest(observed, 'seed'), tags });
  for (let poll = 0; (await vault.pendingRequest(ca.name)) !== undefined; poll += 1) {
    if (poll === MOST_POLLS) throw new Error(`Key Vault is still making a version of '${ca.name}'`);
    await ports.pause(POLL_MS);
  }
  const made = (await vault.current(ca.name))?.content;
  if (made === undefined || observed.vault.versions.includes(made.version)) {
    throw new Error(`Key Vault has made no version of '${ca.name}', though it was asked to`);
  }
  return { version: made.version, keyId: made.keyId, certificate: readCertificate(made.der), tags: made.tags };
}

/** Puts the policy back, then disables the seed: in this order, since an enabled seed is what says that this is due. */
export async function tidy(ports: Ports, observed: Observed, seed: Generation): Promise<void> {
  const { ca } = observed;
  const vault = vaultOf(ports, ca.vaultUrl);
  await vault.restorePolicy(ca.name, newRequest(observed, 'new'));
  await vault.disable(ca.name, seed.version);
}
