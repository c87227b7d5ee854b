import type { ServiceRequest, ServiceResponse } from '../service.ts';
import {
  getCertificate,
  getPolicy,
  listCertificates,
  listVersions,
  updateCertificate,
  updatePolicy,
} from './certificates.ts';
import { createCertificate } from './create.ts';
import { deleteCertificate, getDeleted, listDeleted, purgeDeleted, recoverDeleted } from './deleted.ts';
import { importCertificate } from './import.ts';
import { getKey, listKeys, listKeyVersions, signWithKey, verifyWithKey } from './keys.ts';
import { cancelPending, deletePending, getPending, mergePending } from './pending.ts';
import { badParameter, refusal } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import type { VaultState } from './vault-state.ts';

type Handler = (state: VaultState, request: VaultRequest) => ServiceResponse | Promise<ServiceResponse>;

/** The first match wins, so fixed words stand before `:version`. */
const ROUTES: readonly (readonly [method: string, pattern: RegExp, handler: Handler])[] = (
  [
    ['GET', 'certificates', listCertificates],
    ['POST', 'certificates/:name/create', createCertificate],
    ['POST', 'certificates/:name/import', importCertificate],
    ['GET', 'certificates/:name/pending', getPending],
    ['PATCH', 'certificates/:name/pending', cancelPending],
    ['DELETE', 'certificates/:name/pending', deletePending],
    ['POST', 'certificates/:name/pending/merge', mergePending],
    ['GET', 'certificates/:name/versions', listVersions],
    ['GET', 'certificates/:name/policy', getPolicy],
    ['PATCH', 'certificates/:name/policy', updatePolicy],
    ['GET', 'certificates/:name', getCertificate],
    ['PATCH', 'certificates/:name', updateCertificate],
    ['DELETE', 'certificates/:name', deleteCertificate],
    ['GET', 'certificates/:name/:version', getCertificate],
    ['PATCH', 'certificates/:name/:version', updateCertificate],
    ['GET', 'deletedcertificates', listDeleted],
    ['GET', 'deletedcertificates/:name', getDeleted],
    ['DELETE', 'deletedcertificates/:name', purgeDeleted],
    ['POST', 'deletedcertificates/:name/recover', recoverDeleted],
    ['GET', 'keys', listKeys],
    ['GET', 'keys/:name/versions', listKeyVersions],
    ['GET', 'keys/:name', getKey],
    ['GET', 'keys/:name/:version', getKey],
    ['POST', 'keys/:name/:version/sign', signWithKey],
    ['POST', 'keys/:name/:version/verify', verifyWithKey],
  ] as const
).map(([method, pattern, handler]) => [method, toRegExp(pattern), handler]);

/** Case-insensitive; a version may be an empty segment, which means the latest: `keys/ca//sign`. */
function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(':name', '(?<name>[^/]+)').replace(':version', '(?<version>[^/]*)');
  return new RegExp(`^${source}$`, 'i');
}

/** Versions of Key Vault's API up to 7.6 are numbers, later ones dates; previews of both are asked for, too. */
const API_VERSION = /^(7\.[0-6](-preview(\.\d+)?)?|\d{4}-\d{2}-\d{2}(-preview(\.\d+)?)?)$/;

function assertApiVersion(query: URLSearchParams): void {
  // The SDK for JavaScript percent-encodes the parameter's name (`api%2Dversion`); searchParams has decoded it.
  const version = query.get('api-version');
  if (!version) throw badParameter('The api-version query parameter (?api-version=) is required for all requests.');
  // ASSUMED: the sentence.
  if (!API_VERSION.test(version)) throw badParameter(`The specified version (${version}) is not recognized.`);
}

/** A segment of a path with its percent-encoding undone; no name holds a '%', so a faulty one may stay as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * Answers a request to a vault. Slashes at either end do not count, those within do.
 *
 * @throws ServiceError in Key Vault's form for everything that it refuses.
 */
export async function route(state: VaultState, request: ServiceRequest): Promise<ServiceResponse> {
  const path = request.url.pathname.replace(/^\/+|\/+$/g, '');
  assertApiVersion(request.url.searchParams);
  // ASSUMED: the finer code; and below, which of 404 and 405 a path or a method gets that is not there.
  if (/^(deleted)?secrets(\/|$)/i.test(path)) {
    throw refusal(
      403,
      'Forbidden',
      'The user does not have secrets permission on this key vault. Nothing here needs a private key outside the vault.',
      'AccessDenied',
    );
  }
  const matches = ROUTES.filter(([, pattern]) => pattern.test(path));
  const match = matches.find(([method]) => method === request.method.toUpperCase());
  if (match === undefined) {
    const thing = `${request.method} /${path}`;
    throw matches.length > 0
      ? refusal(405, 'MethodNotAllowed', `${thing} is not allowed.`)
      : refusal(404, 'NotFound', `${thing} is not an operation of this key vault.`);
  }
  const [, pattern, handler] = match;
  const { name = '', version = '' } = pattern.exec(path)?.groups ?? {};
  return handler(state, {
    name: decoded(name),
    version: decoded(version),
    origin: request.url.origin,
    path: request.url.pathname,
    query: request.url.searchParams,
    body: request.body,
  });
}
