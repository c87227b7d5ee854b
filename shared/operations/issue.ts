import { Conflict, Refused } from '../errors.ts';
import { type Generation, newestOf, type Observed } from '../lifecycle/observed.ts';
import type { VaultStep } from '../lifecycle/vault-lane.ts';
import type { Ports } from '../ports.ts';
import { type Certificate, readCertificate } from '../x509/certificate.ts';
import { readCertificationRequest } from '../x509/certification-request.ts';
import { renewalFaults } from '../x509/check-renewal.ts';
import { samePublicKey } from '../x509/public-key.ts';
import { buildRenewal } from '../x509/renewal-certificate.ts';
import { newSerialNumber } from './serial-number.ts';
import { whatChanged } from './what-changed.ts';
import { vaultOf } from './world.ts';

type IssueStep = Extract<VaultStep, { step: 'issue' }>;

/**
 * Builds the certificate for a pending request, has it signed by the issuer's key in its vault, checks it as a
 * stranger would, and merges it.
 * Throws `Conflict` if the request is no longer the one that was signed, `Refused('renewal-faulty')`.
 */
export async function issue(ports: Ports, observed: Observed, step: IssueStep): Promise<Generation> {
  const { ca } = observed;
  const certificate = await buildChecked(ports, observed, step).catch(async (error: unknown) => {
    // Whoever was faster has disabled the seed by now: that nobody may sign with it then is for no person to mend.
    if (error instanceof Refused) await assertStillPending(ports, observed, step.request.requestId);
    throw error;
  });
  await assertStillPending(ports, observed, step.request.requestId);
  const vault = vaultOf(ports, ca.vaultUrl);
  const { tags } = newestOf(observed);
  const merged = await vault.merge(ca.name, certificate.der, tags);
  // Read back: everything from here on rests on what the vault really holds, not on what was sent to it.
  const kept = await vault.certificate(ca.name, merged.version);
  if (kept === undefined || !Buffer.from(kept.der).equals(certificate.der)) {
    throw new Refused(
      'renewal-faulty',
      `Version ${merged.version} of '${ca.name}' is not the certificate that was merged`,
    );
  }
  const { version, createdOn, keyId } = kept;
  return { version, createdOn, keyId, certificate, tags: kept.tags };
}

/**
 * Throws `Conflict` if somebody else's certificate was merged at the same time: where the key is not new, Key Vault takes
 * any number of them, and the next look at the CA has to tell which one stays.
 */
export async function assertMadeOnce(ports: Ports, observed: Observed): Promise<void> {
  const { ca, vault } = observed;
  const [newest, ...others] = [...vault.generations, ...vault.seeds];
  if (!others.some(({ certificate }) => samePublicKey(certificate.spki, newest.certificate.spki))) return;
  const versions = await vaultOf(ports, ca.vaultUrl).versions(ca.name);
  const stranger = versions.find(
    ({ version, enabled }) => enabled && !vault.versions.some((known) => known.version === version),
  );
  if (stranger === undefined) return;
  throw new Conflict(`'${ca.name}' has got version ${stranger.version} besides the one that was merged`);
}

async function buildChecked(ports: Ports, observed: Observed, step: IssueStep): Promise<Certificate> {
  const predecessor = newestOf(observed).certificate;
  const { csr } = step.request;
  if (csr === undefined) throw new Conflict(`The pending request of '${observed.ca.name}' has lost its CSR`);
  const { spki } = readCertificationRequest(csr);
  const { keyId, certificate: issuer } = step.issuer.generation;
  const issuerVault = vaultOf(ports, step.issuer.ca.vaultUrl);
  const der = await buildRenewal({
    predecessor,
    spki,
    issuer,
    ...step.validity,
    serialNumber: newSerialNumber(ports),
    sign: (algorithm, digest) => issuerVault.sign(keyId, algorithm, digest),
  });
  const certificate = readCertificate(der);
  const faults = renewalFaults({ certificate, predecessor, spki, issuer, now: ports.now() });
  if (faults.length > 0) {
    throw new Refused('renewal-faulty', `The renewal of '${observed.ca.name}' was not merged: ${faults.join('; ')}`);
  }
  return certificate;
}

/** While we signed, somebody else may have merged, or given the request up and made another. */
async function assertStillPending(ports: Ports, observed: Observed, requestId: string): Promise<void> {
  const { ca } = observed;
  const reading = [vaultOf(ports, ca.vaultUrl).pendingRequest(ca.name), whatChanged(ports, observed)] as const;
  const [pending, changed] = await Promise.all(reading);
  if (pending?.requestId !== requestId) {
    throw new Conflict(`The request ${requestId} of '${ca.name}' is no longer pending`);
  }
  if (changed !== undefined) throw new Conflict(`'${ca.name}' is not as it was when it was signed for: ${changed}`);
}
