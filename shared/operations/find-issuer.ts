import { messageOf } from '../errors.ts';
import type { CaId, FoundIssuer, Issuer } from '../lifecycle/observed.ts';
import type { Certificate } from '../x509/certificate.ts';
import { verifiesSignature } from '../x509/signature.ts';
import { sideBySide } from './side-by-side.ts';
import type { World } from './world.ts';

/**
 * Finds the CA that signs the next generation: the one in a configured vault one of whose generations' keys verifies
 * the signature of `certificate`. The name only narrows the search, since anybody can write a name or a key identifier
 * into a certificate of his own; the signature decides.
 */
export async function findIssuer(world: World, ca: CaId, certificate: Certificate): Promise<Issuer> {
  if (verifiesSignature(certificate, certificate)) return { kind: 'self' };
  const vaults = await world.vaults();
  const candidates = vaults
    .flatMap((listed) => (listed.kind === 'read' ? listed.certificates.map((item) => ({ listed, item })) : []))
    .map(({ listed, item }): CaId => ({ vaultUrl: listed.vault.url, name: item.name }))
    .filter((candidate) => candidate.vaultUrl !== ca.vaultUrl || candidate.name !== ca.name);
  const tried = await sideBySide(candidates, (candidate) => tryCandidate(world, candidate, certificate));
  // Two vaults may hold copies of one CA; the copy that can sign the longest is the one to sign with.
  const best = tried.filter((result) => result.kind === 'found').sort(longestFirst)[0];
  if (best !== undefined) return best;
  const details = [...vaults, ...tried].flatMap((result) => ('detail' in result ? result.detail : []));
  return details.length > 0 ? { kind: 'unknown', detail: details.join('; ') } : { kind: 'missing' };
}

function longestFirst(a: FoundIssuer, b: FoundIssuer): number {
  return b.generation.certificate.notAfter.getTime() - a.generation.certificate.notAfter.getTime();
}

/** Whether a CA is the issuer. One that cannot be read may be, and does not stop the search. */
async function tryCandidate(world: World, candidate: CaId, certificate: Certificate): Promise<Issuer> {
  try {
    const current = await world.currentCertificate(candidate);
    if (current === undefined || !Buffer.from(current.subject).equals(certificate.issuer)) return { kind: 'missing' };
    const { generations } = await world.lineage(candidate);
    const [newest] = generations;
    const signed = generations.some((generation) => verifiesSignature(certificate, generation.certificate));
    return newest && signed ? { kind: 'found', ca: candidate, generation: newest } : { kind: 'missing' };
  } catch (error) {
    return { kind: 'unknown', detail: messageOf(error) };
  }
}
