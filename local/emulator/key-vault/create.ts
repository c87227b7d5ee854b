import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { makeCertificate, makeCertificationRequest } from '../pki.ts';
import type { ServiceResponse } from '../service.ts';
import { assertMayIssue } from './assert-may-issue.ts';
import { completePolicy, keyKind, keyOperations, type Policy, policyExtensions, policyRequest } from './policy.ts';
import { attributesRequest, parseBody, tagsRequest } from './request-body.ts';
import { badParameter } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import {
  type CertificateRecord,
  findRecord,
  latestVersion,
  newIdentifier,
  type PendingOperation,
  toUnixSeconds,
  type VaultState,
} from './vault-state.ts';
import { addMonths, BACKDATED_SECONDS, operationBody } from './wire.ts';

const createRequest = z.object({
  policy: policyRequest.nullish(),
  attributes: attributesRequest.nullish(),
  tags: tagsRequest.nullish(),
});
type CreateRequest = z.infer<typeof createRequest>;

function policyFor(body: CreateRequest, record: CertificateRecord | undefined, now: number): Policy {
  if (body.policy != null) {
    const created = record?.policy.attributes.created ?? now;
    return completePolicy(body.policy, { created, updated: now });
  }
  if (record === undefined) throw badParameter('Property policy is missing, and the vault stores none for this name');
  return record.policy;
}

/** The latest version's private key, if the policy wants it again and there is one. ASSUMED: 400 if it does not fit. */
function reusedKey(policy: Policy, record: CertificateRecord | undefined): KeyObject | undefined {
  const key = policy.key_props.reuse_key ? latestVersion(record)?.privateKey : undefined;
  if (key === undefined) return undefined;
  const { kty, crv, n } = createPublicKey(key).export({ format: 'jwk' });
  const wanted = keyKind(policy);
  const fits =
    wanted.kty === 'EC'
      ? (crv === 'secp256k1' ? 'P-256K' : crv) === wanted.crv
      : kty === 'RSA' && Buffer.from(n ?? '', 'base64url').length * 8 === wanted.size;
  if (!fits) {
    throw badParameter(
      `Property policy.key_props.reuse_key has invalid value true: the present key is ${crv ?? kty}, the policy asks ` +
        `for ${wanted.kty} ${wanted.kty === 'EC' ? wanted.crv : wanted.size}`,
    );
  }
  return key;
}

/** What the issuer Self makes of a policy: CA:FALSE always, dated from the time of issue. */
async function selfSigned(policy: Policy, privateKey: KeyObject, issuedAt: Date): Promise<Uint8Array> {
  return makeCertificate({
    subject: policy.x509_props.subject,
    publicKey: createPublicKey(privateKey),
    signer: { key: privateKey },
    notBefore: new Date(issuedAt.getTime() - BACKDATED_SECONDS * 1000),
    notAfter: addMonths(issuedAt, policy.x509_props.validity_months),
    ...policyExtensions(policy),
  });
}

async function prepareOperation(
  state: VaultState,
  policy: Policy,
  body: CreateRequest,
  privateKey: KeyObject,
): Promise<PendingOperation> {
  const issuer = policy.issuer.name;
  const { subject } = policy.x509_props;
  const at = state.now().getTime() + state.selfIssueDelayMs;
  return {
    requestId: newIdentifier(),
    version: newIdentifier(),
    issuer,
    csr: await makeCertificationRequest({ subject, key: privateKey, ...policyExtensions(policy) }),
    privateKey,
    keyOperations: keyOperations(policy),
    created: toUnixSeconds(state.now()),
    enabled: body.attributes?.enabled ?? true,
    tags: body.tags ?? undefined,
    issued: issuer === 'Self' ? { certificate: await selfSigned(policy, privateKey, new Date(at)), at } : undefined,
    cancellationRequested: false,
    status: 'inProgress',
  };
}

/**
 * POST /certificates/{name}/create: 202 with the operation. Making the key takes time, so everything is checked before
 * it (to refuse early) and again after it, in one go with the change: of two creates at the same time one gets the 409.
 */
export async function createCertificate(state: VaultState, request: VaultRequest): Promise<ServiceResponse> {
  const body = parseBody(createRequest, request.body);
  for (;;) {
    const before = findRecord(state, request.name);
    const latestBefore = latestVersion(before);
    assertMayIssue(request.name, before);
    const policy = policyFor(body, before, toUnixSeconds(state.now()));
    const privateKey = reusedKey(policy, before) ?? (await state.keys.take(keyKind(policy)));
    const operation = await prepareOperation(state, policy, body, privateKey);

    const record = findRecord(state, request.name);
    assertMayIssue(request.name, record);
    // Somebody issued, or purged, in the meantime: policy and key to reuse may be others now.
    if (record !== before || latestVersion(record) !== latestBefore) continue;
    commit(state, request.name, record, policy, operation);
    return accepted(request, record?.name ?? request.name, operation);
  }
}

function commit(
  state: VaultState,
  name: string,
  record: CertificateRecord | undefined,
  policy: Policy,
  pending: PendingOperation,
): void {
  if (record === undefined) {
    state.certificates.set(name.toLowerCase(), { name, policy, versions: [], pending, deletedOn: undefined });
  } else {
    record.policy = policy;
    record.pending = pending;
  }
}

function accepted(request: VaultRequest, name: string, operation: PendingOperation): ServiceResponse {
  const query = `api-version=${request.query.get('api-version')}&request_id=${operation.requestId}`;
  return {
    status: 202,
    headers: { Location: `${request.origin}/certificates/${name}/pending?${query}`, 'Retry-After': '10' },
    body: operationBody(request.origin, name, operation),
  };
}
