import { messageOf } from '../errors.ts';
import type { CaId, Generation } from '../lifecycle/observed.ts';
import { AFTER_EXPIRY_MS } from '../lifecycle/reference-retirement.ts';
import type { VaultVersion } from '../ports.ts';
import { type Certificate, readIfCertificate } from '../x509/certificate.ts';
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

/** A CA with all its versions, enabled or not: of a disabled one, too, the entry may be what devices hang on. */
interface Issuing {
  readonly generations: readonly [Generation, ...Generation[]];
  readonly versions: readonly VaultVersion[];
}

/**
 * Finds the CAs that still chain to an older version of a CA: until they are renewed, none of those may go. What cannot
 * be read might chain to one.
 */
export async function findChained(
  world: World,
  ca: CaId,
  { generations, versions }: Issuing,
  now: Date,
): Promise<Chained> {
  const [newest] = generations;
  const disabled = await readDisabled(world, ca, versions);
  const issuers = [...generations.map(({ certificate }) => certificate), ...disabled.certificates];
  // Whoever renews by hand may have given the CA another name.
  const subjects = new Set(issuers.map(({ subject }) => attributesDigest(subject)));
  const found = await sideBySide(await world.names(), async ({ ca: candidate, thumbprint }): Promise<Chained> => {
    if (keyOf(candidate) === keyOf(ca)) return { subordinates: [], followers: [] };
    try {
      const noted = await world.noted(candidate, thumbprint);
      if (!subjects.has(noted.issuer)) return { subordinates: [], followers: [] };
      const all = (await world.lineage(candidate)).generations;
      const follows = ({ certificate }: Generation) => verifiesSignature(certificate, newest.certificate);
      const [last] = all;
      const isLeft =
        last !== undefined &&
        last.certificate.notAfter.getTime() + AFTER_EXPIRY_MS > now.getTime() &&
        !follows(last) &&
        issuers.some((issuer) => verifiesSignature(last.certificate, issuer));
      const followers = all.filter(follows).map(({ certificate }) => certificate.thumbprint);
      return { subordinates: isLeft ? [candidate.name] : [], followers };
    } catch (error) {
      return { subordinates: [`${candidate.name} (${messageOf(error)})`], followers: [] };
    }
  });
  const unlisted = (await world.vaults()).flatMap((vault) =>
    vault.kind === 'unreadable' ? `whatever is in ${vault.vault.url} (${vault.detail})` : [],
  );
  return {
    subordinates: [...unlisted, ...disabled.failures, ...found.flatMap(({ subordinates }) => subordinates)],
    followers: found.flatMap(({ followers }) => followers),
  };
}

/** The certificates of disabled versions. One that is no CA, or that nobody can read, has nobody below it. */
async function readDisabled(world: World, ca: CaId, versions: readonly VaultVersion[]) {
  const disabled = versions.filter(({ enabled }) => !enabled);
  const failures: string[] = [];
  const certificates = await sideBySide(disabled, async ({ version }): Promise<readonly Certificate[]> => {
    try {
      const content = await world.content(ca, version);
      const certificate = content && readIfCertificate(content.der);
      return certificate?.isCa ? [certificate] : [];
    } catch (error) {
      failures.push(`whatever is below version ${version} (${messageOf(error)})`);
      return [];
    }
  });
  return { certificates: certificates.flat(), failures };
}
