import * as z from 'zod';
import type { ServiceResponse } from '../service.ts';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm, signDigest, suits, verifyDigest } from './digest-signature.ts';
import { page } from './paging.ts';
import { parseBody } from './request-body.ts';
import { badParameter, keyNotFound, refusal } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import {
  type CertificateRecord,
  type CertificateVersion,
  findRecord,
  findVersion,
  latestVersion,
  type VaultState,
} from './vault-state.ts';
import { keyBody, keyItem } from './wire.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+={0,2}$/, 'must be base64url');
const signRequest = z.object({ alg: z.string(), value: base64url });
const verifyRequest = z.object({ alg: z.string(), digest: base64url, value: base64url });

/** ASSUMED: a key exists when its certificate does: not while the version is pending, not once the name is deleted. */
function findKey(state: VaultState, request: VaultRequest): { record: CertificateRecord; version: CertificateVersion } {
  const record = findRecord(state, request.name);
  const version =
    record === undefined || record.deletedOn !== undefined ? undefined : findVersion(record, request.version);
  if (record === undefined || version === undefined) {
    throw keyNotFound([request.name, request.version].filter((part) => part !== '').join('/'));
  }
  return { record, version };
}

/** GET /keys/{name}/{version?} */
export function getKey(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, version } = findKey(state, request);
  return { status: 200, body: keyBody(request.origin, record, version) };
}

/** GET /keys */
export function listKeys(state: VaultState, request: VaultRequest): ServiceResponse {
  const records = [...state.certificates.values()].filter((record) => record.deletedOn === undefined);
  const items = records.flatMap((record) => {
    const version = latestVersion(record);
    const kid = `${request.origin}/keys/${record.name}`;
    return version === undefined ? [] : [{ key: record.name.toLowerCase(), value: keyItem(kid, version) }];
  });
  return page(request, items);
}

/** GET /keys/{name}/versions */
export function listKeyVersions(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = findRecord(state, request.name);
  const versions = record === undefined || record.deletedOn !== undefined ? [] : record.versions;
  const items = versions.map((version) => ({
    key: version.version,
    value: keyItem(`${request.origin}/keys/${record?.name}/${version.version}`, version),
  }));
  return page(request, items);
}

function algorithmFor(name: string, version: CertificateVersion, digest: Uint8Array): SignatureAlgorithm {
  const algorithm = SIGNATURE_ALGORITHMS[name];
  if (algorithm === undefined) throw badParameter(`Property alg has invalid value '${name}'`);
  const details = version.privateKey.asymmetricKeyDetails;
  if (!suits(algorithm, version.privateKey)) {
    throw badParameter(
      `Key and signing algorithm are incompatible. Key is ${details?.namedCurve ?? 'RSA'}, algorithm is ${name}.`,
    );
  }
  if (digest.length !== algorithm.digestOctets) {
    throw badParameter(
      `Invalid length of digest: ${digest.length} octets. ${name} signs a digest of ${algorithm.digestOctets} octets.`,
    );
  }
  return algorithm;
}

/**
 * 403 unless the key may do this at all: enabled, and its certificate's key usage allows it.
 * ASSUMED: the finer codes KeyDisabled and KeyOperationForbidden, and the sentences.
 */
function assertPermitted(operation: 'sign' | 'verify', version: CertificateVersion): void {
  if (!version.enabled) {
    throw refusal(403, 'Forbidden', `Operation ${operation} is not allowed on a disabled key.`, 'KeyDisabled');
  }
  if (!version.keyOperations.includes(operation)) {
    const allowed = version.keyOperations.join(', ') || 'none';
    throw refusal(
      403,
      'Forbidden',
      `Operation ${operation} is not permitted on this key; its key_ops are: ${allowed}.`,
      'KeyOperationForbidden',
    );
  }
}

/**
 * 403 outside nbf and exp of the certificate. Azure allows some minutes of leeway; here there are none, so that a
 * client that lives on the leeway is found out. ASSUMED: the finer codes KeyNotYetValid and KeyExpired.
 */
function assertInValidity(version: CertificateVersion, now: Date): void {
  const seconds = now.getTime() / 1000;
  const iso = (at: number) => new Date(at * 1000).toISOString();
  if (seconds < version.notBefore) {
    const from = iso(version.notBefore);
    throw refusal(403, 'Forbidden', `Operation sign is not allowed before the key's nbf, ${from}.`, 'KeyNotYetValid');
  }
  if (seconds >= version.expires) {
    const until = iso(version.expires);
    throw refusal(
      403,
      'Forbidden',
      `Operation sign is not allowed on an expired key; its exp was ${until}.`,
      'KeyExpired',
    );
  }
}

/** POST /keys/{name}/{version?}/sign: `value` is the digest and, in the answer, the signature; both base64url. */
export function signWithKey(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, version } = findKey(state, request);
  const body = parseBody(signRequest, request.body);
  assertPermitted('sign', version);
  assertInValidity(version, state.now());
  const digest = Buffer.from(body.value, 'base64url');
  const signature = signDigest(version.privateKey, algorithmFor(body.alg, version, digest), digest);
  state.used(version.certificate);
  const kid = `${request.origin}/keys/${record.name}/${version.version}`;
  return { status: 200, body: { kid, value: Buffer.from(signature).toString('base64url') } };
}

/** POST /keys/{name}/{version?}/verify: allowed outside nbf and exp too, as on Azure. */
export function verifyWithKey(state: VaultState, request: VaultRequest): ServiceResponse {
  const { version } = findKey(state, request);
  const body = parseBody(verifyRequest, request.body);
  assertPermitted('verify', version);
  const digest = Buffer.from(body.digest, 'base64url');
  const algorithm = algorithmFor(body.alg, version, digest);
  const value = verifyDigest(version.privateKey, algorithm, digest, Buffer.from(body.value, 'base64url'));
  return { status: 200, body: { value } };
}
