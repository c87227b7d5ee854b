import { isDeepStrictEqual } from 'node:util';
import type { TokenCredential } from '@azure/identity';
import { CertificateClient, type CertificateOperation } from '@azure/keyvault-certificates';
import { Conflict, messageOf, Refused } from '../errors.ts';
import type { KeyVault, NewRequest, PendingRequest } from '../ports.ts';
import { allOf } from './all-of.ts';
import { thumbprintOf, toContent, toCurrent, toPolicy, toVersion } from './key-vault-convert.ts';
import { statusOf, translated } from './rest-error.ts';
import { sharedReads } from './shared-reads.ts';
import { vaultClientOptions } from './vault-client-options.ts';
import { vaultSigners } from './vault-signers.ts';
import { warmUp } from './warm-up.ts';

/**
 * A vault, through the SDK's clients. Each is warmed up by its own first call and kept for the life of the process.
 * @param url origin of the vault
 */
export function createKeyVault(url: string, credential: TokenCredential): KeyVault {
  const certificates = new CertificateClient(url, credential, vaultClientOptions(url));
  // A create that was performed but whose answer was lost must not be sent again: it would only meet its own lock.
  const unretried = new CertificateClient(url, credential, {
    ...vaultClientOptions(url),
    retryOptions: { maxRetries: 0 },
  });
  const [certificatesWarm, unretriedWarm] = [warmUp(), warmUp()];
  const signerOf = vaultSigners(url, credential);
  const share = sharedReads();

  async function calling<T>(doing: string, warm: ReturnType<typeof warmUp>, call: () => Promise<T>): Promise<T> {
    try {
      return await warm(call);
    } catch (error) {
      throw translated(error, `${doing} in ${url}`);
    }
  }

  /** What every renewal in the vault reads, of itself and of its issuer. */
  const shared = <T>(doing: string, call: () => Promise<T>) =>
    share(doing, () => calling(doing, certificatesWarm, call));

  const create = (name: string, request: NewRequest, issuer: 'Self' | 'Unknown') =>
    calling(`request a new version of '${name}'`, unretriedWarm, async () => {
      try {
        await unretried.beginCreateCertificate(name, toPolicy(request, issuer), { tags: { ...request.tags } });
      } catch (error) {
        throw isDeleted(error) ? deletedName(url, name, error) : error;
      }
    });

  return {
    url,
    list: () =>
      shared('list the certificates', async () => {
        const listed = await allOf(certificates.listPropertiesOfCertificates().byPage());
        return listed.flatMap((properties) => {
          const { name, tags = {} } = properties;
          return name ? { name, thumbprint: thumbprintOf(properties), tags } : [];
        });
      }),
    versions: (name) =>
      shared(`list the versions of '${name}'`, async () => {
        const listed = await allOf(certificates.listPropertiesOfCertificateVersions(name).byPage());
        return listed.map(toVersion).sort((a, b) => b.createdOn.getTime() - a.createdOn.getTime());
      }),
    current: (name) =>
      shared(`read '${name}'`, () => orUndefined(async () => toCurrent(await certificates.getCertificate(name)))),
    certificate: (name, version) =>
      calling(`read version ${version} of '${name}'`, certificatesWarm, () =>
        orUndefined(async () => toContent(await certificates.getCertificateVersion(name, version))),
      ),
    pendingRequest: (name) =>
      calling(`read the pending request of '${name}'`, certificatesWarm, () =>
        orUndefined(async () => {
          // Resumed as started, the poller reads the operation alone, without the certificate before it.
          const resumeFrom = JSON.stringify({ state: { isStarted: true, certificateName: name } });
          const poller = await certificates.getCertificateOperation(name, { resumeFrom });
          return toPending(poller.getOperationState().certificateOperation);
        }),
      ),
    createRequest: (name, request) => create(name, request, 'Unknown'),
    createSeed: (name, request) => create(name, request, 'Self'),
    restorePolicy: (name, request) =>
      calling(`restore the policy of '${name}'`, certificatesWarm, async () => {
        await certificates.updateCertificatePolicy(name, toPolicy(request, 'Unknown'));
      }),
    setTags: (name, version, tags) =>
      calling(`tag version ${version} of '${name}'`, certificatesWarm, async () => {
        await certificates.updateCertificateProperties(name, version, { tags: { ...tags } });
      }),
    disable: (name, version) =>
      calling(`disable version ${version} of '${name}'`, certificatesWarm, async () => {
        await certificates.updateCertificateProperties(name, version, { enabled: false });
      }),
    deleteRequest: (name) =>
      calling(`delete the pending request of '${name}'`, certificatesWarm, async () => {
        await orUndefined(() => certificates.deleteCertificateOperation(name));
      }),
    merge: (name, certificate, tags) =>
      calling(`merge the certificate of '${name}'`, certificatesWarm, async () => {
        const merged = await certificates.mergeCertificate(name, [certificate]).catch((error: unknown) => {
          // 404: nothing is pending any more. 400, of the many kinds this one: what is pending has another key.
          const status = statusOf(error);
          if (status !== 404 && !(status === 400 && /public key/i.test(messageOf(error)))) throw error;
          const text = `Cannot merge the certificate of '${name}' in ${url}: ${status} ${messageOf(error)}`;
          throw new Conflict(text, { cause: error });
        });
        const content = toContent(merged);
        if (isDeepStrictEqual(content.tags, tags)) return content;
        // The SDK's merge takes no tags. Those of the request should have become the version's; here they have not.
        await certificates.updateCertificateProperties(name, content.version, { tags: { ...tags } });
        return { ...content, tags };
      }),
    sign: async (keyId, algorithm, digest) => {
      const { client, warm } = signerOf(keyId);
      return calling(`sign with ${keyId}`, warm, async () => (await client.sign(algorithm, digest)).result);
    },
  };
}

async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Only an operation in progress is pending; one that is over stays readable for ever. */
function toPending(operation: CertificateOperation | undefined): PendingRequest | undefined {
  if (operation?.status !== 'inProgress' || operation.requestId === undefined) return undefined;
  return { requestId: operation.requestId, issuerName: operation.issuerName ?? 'Unknown', csr: operation.csr };
}

/** Key Vault answers 409 both for a pending operation and for a soft-deleted name; only the inner code tells them apart. */
function isDeleted(error: unknown): boolean {
  return statusOf(error) === 409 && /deleted but recoverable|ObjectIsDeletedButRecoverable/.test(String(error));
}

function deletedName(url: string, name: string, cause: unknown): Refused {
  const advice = 'recover it, or purge it if its key is not needed any more';
  const text = `Cannot request a version of '${name}' in ${url}: the name is soft-deleted; ${advice}`;
  return new Refused('name-deleted', text, { cause });
}
