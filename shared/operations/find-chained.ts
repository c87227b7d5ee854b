import { messageOf } from '../errors.ts';
import type { CaId, Generation } from '../lifecycle/observed.ts';
import { AFTER_EXPIRY_MS } from '../lifecycle/reference-retirement.ts';
import { attributesDigest } from '../x509/name.ts';
import { verifiesSignature } from '../x509/signature.ts';
import { keyOf } from './catalogue.ts';
import { sideBySide } from './side-by-side.ts';
import type { World } from './world.ts';

/** What the CAs in the vaults that go by this one as their issuer rest on. */
export interface Chained {
  /** Those whose newest generation is unexpired and not signed with the key of this CA's newest generation. */
  readonly subordinates: readonly string[];
  /** Thumbprints of generations that are signed with it. */
  readonly followers: readonly string[];
}

/**
 * Finds the CAs that still chain to an older generation of a CA: until they are renewed, none of those may go. What
 * cannot be read might chain to one.
 */
export async function findChained(
  world: World,
  ca: CaId,
  generations: readonly [Generation, ...Generation[]],
  now: Date,
): Promise<Chained> {
  const [newest] = generations;
  const subject = attributesDigest(newest.certificate.subject);
  const listed = (await world.vaults()).flatMap((vault) =>
    vault.kind === 'read' ? vault.certificates.map((item) => ({ ...item, vaultUrl: vault.vault.url })) : [],
  );
  const found = await sideBySide(listed, async ({ vaultUrl, name, thumbprint }): Promise<Chained> => {
    const candidate = { vaultUrl, name };
    if (thumbprint === undefined || keyOf(candidate) === keyOf(ca)) return { subordinates: [], followers: [] };
    try {
      const noted = await world.noted(candidate, thumbprint);
      if (noted.issuer !== subject) return { subordinates: [], followers: [] };
      const all = (await world.lineage(candidate)).generations;
      const follows = ({ certificate }: Generation) => verifiesSignature(certificate, newest.certificate);
      const [last] = all;
      const isLeft =
        last !== undefined &&
        last.certificate.notAfter.getTime() + AFTER_EXPIRY_MS > now.getTime() &&
        !follows(last) &&
        generations.some(({ certificate }) => verifiesSignature(last.certificate, certificate));
      const followers = all.filter(follows).map(({ certificate }) => certificate.thumbprint);
      return { subordinates: isLeft ? [name] : [], followers };
    } catch (error) {
      return { subordinates: [`${name} (${messageOf(error)})`], followers: [] };
    }
  });
  return {
    subordinates: found.flatMap(({ subordinates }) => subordinates),
    followers: found.flatMap(({ followers }) => followers),
  };
}
