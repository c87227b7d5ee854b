import { messageOf, Refused } from '../errors.ts';
import type { CaId, Generation, Issuer } from '../lifecycle/observed.ts';
import { requestSubject } from '../lifecycle/request-subject.ts';
import type { Certificate } from '../x509/certificate.ts';
import { attributesDigest } from '../x509/name.ts';
import { samePublicKey } from '../x509/public-key.ts';
import { verifiesSignature } from '../x509/signature.ts';
import { sideBySide } from './side-by-side.ts';
import type { ListedVault, World } from './world.ts';

/**
 * Finds the CA that signs the next generation: the one in a configured vault one of whose generations' keys verifies
 * the signature of `certificate`. The name only narrows the search, since anybody can write a name or a key identifier
 * into a certificate of his own; the signature decides. Vault by vault, the smallest first: roots live in small ones.
 */
export async function findIssuer(world: World, ca: CaId, certificate: Certificate): Promise<Issuer> {
  if (verifiesSignature(certificate, certificate)) return { kind: 'self' };
  const details: string[] = [];
  for (const listed of [...(await world.vaults())].sort((a, b) => sizeOf(a) - sizeOf(b))) {
    if (listed.kind === 'unreadable') {
      details.push(listed.detail);
      continue;
    }
    const candidates = listed.certificates.filter(({ name }) => listed.vault.url !== ca.vaultUrl || name !== ca.name);
    const tried = await sideBySide(candidates, ({ name, thumbprint }) =>
      tryCandidate(world, { vaultUrl: listed.vault.url, name }, thumbprint, certificate),
    );
    const found = tried.find((issuer) => issuer.kind === 'found');
    if (found !== undefined) return found;
    details.push(...tried.flatMap((issuer) => (issuer.kind === 'unknown' ? issuer.detail : [])));
  }
  return details.length > 0 ? { kind: 'unknown', detail: details.join('; ') } : { kind: 'missing' };
}

function sizeOf(listed: ListedVault): number {
  return listed.kind === 'read' ? listed.certificates.length : 0;
}

/** Whether a CA is the issuer. One that cannot be read may be, and does not stop the search. */
async function tryCandidate(
  world: World,
  candidate: CaId,
  thumbprint: string | undefined,
  certificate: Certificate,
): Promise<Issuer> {
  try {
    if (thumbprint === undefined) return { kind: 'missing' };
    const { subject } = await world.noted(candidate, thumbprint);
    if (!isNamed(subject, candidate, certificate.issuer)) return { kind: 'missing' };
    // Whether the issuer is due itself is mostly asked next: its versions are asked for meanwhile.
    world.versions(candidate).catch(() => undefined);
    const current = await world.currentVersion(candidate);
    if (current === undefined) return { kind: 'missing' };
    const signedBy = (generation: Generation) => verifiesSignature(certificate, generation.certificate);
    // Mostly the current version is the one that signed, and nothing older needs to be read.
    if (current.enabled && current.certificate.isCa && signedBy(current)) {
      const signers = [current.certificate.thumbprint];
      return { kind: 'found', ca: candidate, generation: current, isRekeyed: false, signers };
    }
    const { generations } = await world.lineage(candidate);
    const [newest] = generations;
    const signing = generations.filter(signedBy);
    const [signer] = signing;
    if (newest === undefined || signer === undefined) return { kind: 'missing' };
    const isRekeyed = !samePublicKey(newest.certificate.spki, signer.certificate.spki);
    const signers = signing.map((generation) => generation.certificate.thumbprint);
    return { kind: 'found', ca: candidate, generation: newest, isRekeyed, signers };
  } catch (error) {
    if (error instanceof Refused && error.reason === 'version-unreadable') return { kind: 'missing' };
    return { kind: 'unknown', detail: messageOf(error) };
  }
}

/**
 * Whether a current version goes by the issuer's name. By its text: a version that is no CA, a seed or one made in the
 * portal, has the same name in another encoding; and a seed the short one, where Key Vault could not take the CA's own.
 */
function isNamed(subject: string, candidate: CaId, issuer: Uint8Array): boolean {
  return subject === attributesDigest(issuer) || subject === attributesDigest(requestSubject(candidate.name, issuer));
}
