import { Conflict } from '../errors.ts';
import { newRequest } from '../lifecycle/new-request.ts';
import { type Generation, newestOf, type Observed } from '../lifecycle/observed.ts';
import { policyBeforeSeed, seedTags } from '../lifecycle/seed-tags.ts';
import type { VaultStep } from '../lifecycle/vault-lane.ts';
import type { Ports } from '../ports.ts';
import { readCertificate } from '../x509/certificate.ts';
import { assertNotOvertaken } from './what-changed.ts';
import { vaultOf } from './world.ts';

type TidyStep = Extract<VaultStep, { step: 'tidy' }>;

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
  const tags = seedTags(observed);
  const isWritten = Object.entries(tags).every(([name, value]) => newest.tags[name] === value);
  if (!isWritten) await vault.setTags(ca.name, newest.version, tags);
  await assertNotOvertaken(ports, observed);
  await vault.createSeed(ca.name, { ...newRequest(observed, 'seed'), tags });
  for (let poll = 0; (await vault.pendingRequest(ca.name))?.issuerName === 'Self'; poll += 1) {
    if (poll === MOST_POLLS) throw new Error(`Key Vault is still making a version of '${ca.name}'`);
    await ports.pause(POLL_MS);
  }
  const made = (await vault.current(ca.name))?.content;
  const added = (await vault.versions(ca.name)).filter(
    ({ version }) => !observed.vault.versions.some((known) => known.version === version),
  );
  if (made === undefined || added.length === 0) {
    throw new Error(`Key Vault has made no version of '${ca.name}', though it was asked to`);
  }
  if (added.length > 1) throw new Conflict(`'${ca.name}' has got more new versions than its seed: overtaken`);
  const { version, createdOn, keyId } = made;
  const certificate = readCertificate(made.der);
  // A seed is disabled in the end. What was read before it was made, or merged in its place, is a CA that devices need.
  if (certificate.isCa || added[0]?.version !== version) {
    throw new Conflict(`Version ${version} of '${ca.name}' is not the seed that was asked for`);
  }
  return { version, createdOn, keyId, certificate, tags: made.tags };
}

/**
 * Disables what a renewal leaves behind. Where that is a seed, the policy is put back first, since an enabled seed is what
 * says that this is due.
 */
export async function tidy(ports: Ports, observed: Observed, step: TidyStep): Promise<void> {
  const { ca } = observed;
  const vault = vaultOf(ports, ca.vaultUrl);
  if (step.reason === 'seed-left') await vault.restorePolicy(ca.name, policyBeforeSeed(observed));
  for (const { version } of step.versions) await vault.disable(ca.name, version);
}
