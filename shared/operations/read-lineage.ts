import { messageOf, Refused } from '../errors.ts';
import type { Generation } from '../lifecycle/observed.ts';
import type { CurrentCertificate, KeyPolicy, VaultCertificateContent, VaultVersion } from '../ports.ts';
import { type Certificate, readCertificate, readIfCertificate } from '../x509/certificate.ts';
import { sideBySide } from './side-by-side.ts';

/** What a vault holds under one name. */
export interface Lineage {
  /** Newest first; empty where the name is unknown or no enabled version of it is a CA. */
  readonly generations: readonly Generation[];
  /** Enabled versions that are no CA, newest first. */
  readonly others: readonly Generation[];
  /** All versions, disabled ones and those that are no CA included. */
  readonly versions: readonly VaultVersion[];
  readonly keyPolicy: KeyPolicy | undefined;
  /** SubjectPublicKeyInfo (DER) of every version that was read, and of the current one, enabled or not. */
  readonly keys: readonly Uint8Array[];
}

/**
 * Puts together what a vault holds under one name. Throws what `read` throws, and `Refused('version-unreadable')`.
 * @param read one version with its content
 */
export async function readLineage(
  [versions, current]: [readonly VaultVersion[], CurrentCertificate | undefined],
  read: (version: string) => Promise<VaultCertificateContent | undefined>,
): Promise<Lineage> {
  const enabled = versions.filter((version) => version.enabled);
  const contents = await sideBySide(enabled, async ({ version, createdOn }) => {
    const content = current?.content?.version === version ? current.content : await read(version);
    if (content === undefined) return [];
    const { keyId, tags } = content;
    return [{ version, createdOn, keyId, certificate: readVersion(content), tags }];
  });
  const now = current?.content && readIfCertificate(current.content.der);
  const newestFirst = contents.flat().sort((a, b) => byAge(a, b, current?.content?.version));
  return {
    generations: newestFirst.filter(({ certificate }) => certificate.isCa),
    others: newestFirst.filter(({ certificate }) => !certificate.isCa),
    versions,
    keyPolicy: current?.keyPolicy,
    keys: [...newestFirst.map(({ certificate }) => certificate.spki), ...(now ? [now.spki] : [])],
  };
}

/** By creation; Key Vault tells that to the second, so of one second the current one is the newest, then by notAfter. */
function byAge(a: Generation, b: Generation, current: string | undefined): number {
  const byCreation = b.createdOn.getTime() - a.createdOn.getTime();
  const byCurrent = Number(b.version === current) - Number(a.version === current);
  return byCreation || byCurrent || b.certificate.notAfter.getTime() - a.certificate.notAfter.getTime();
}

/** Throws `Refused('version-unreadable')`: a version that nobody can read might be the newest generation; to leave it out would be a guess. */
export function readVersion({ version, der }: VaultCertificateContent): Certificate {
  try {
    return readCertificate(der);
  } catch (error) {
    throw new Refused('version-unreadable', `version ${version}: ${messageOf(error)}`, { cause: error });
  }
}
