import { createPublicKey, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { publicKeyOf } from '../public-key-of.ts';
import type { ServiceResponse } from '../service.ts';
import { attributesRequest, parseBody, tagsRequest } from './request-body.ts';
import { badParameter, pendingNotFound, refusal } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import {
  addVersion,
  type CertificateRecord,
  findRecord,
  type PendingOperation,
  toUnixSeconds,
  type VaultState,
} from './vault-state.ts';
import { certificateBody, operationBody } from './wire.ts';

const cancelRequest = z.object({ cancellation_requested: z.boolean() });
const mergeRequest = z.object({
  x5c: z.array(z.string()).nullish(),
  attributes: attributesRequest.nullish(),
  tags: tagsRequest.nullish(),
});

/** The operation that the request means; with a request_id only that one. */
function findPending(
  state: VaultState,
  request: VaultRequest,
): { record: CertificateRecord; pending: PendingOperation } {
  const record = findRecord(state, request.name);
  const pending = record?.deletedOn === undefined ? record?.pending : undefined;
  const requestId = request.query.get('request_id');
  if (record === undefined || pending === undefined || (requestId !== null && requestId !== pending.requestId)) {
    throw pendingNotFound(request.name);
  }
  return { record, pending };
}

/** GET /certificates/{name}/pending */
export function getPending(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, pending } = findPending(state, request);
  return {
    status: 200,
    ...(pending.status === 'inProgress' ? { headers: { 'Retry-After': '10' } } : {}),
    body: operationBody(request.origin, record.name, pending),
  };
}

/** PATCH /certificates/{name}/pending: asks for cancellation, which the next read finds done. */
export function cancelPending(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, pending } = findPending(state, request);
  const { cancellation_requested: requested } = parseBody(cancelRequest, request.body);
  if (pending.status !== 'inProgress') {
    throw badParameter(`Pending certificate ${record.name} can not be cancelled: its status is ${pending.status}`);
  }
  pending.cancellationRequested = requested;
  return { status: 200, body: operationBody(request.origin, record.name, pending) };
}

/** DELETE /certificates/{name}/pending: the operation as it was; a name without any version goes with it. */
export function deletePending(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, pending } = findPending(state, request);
  record.pending = undefined;
  if (record.versions.length === 0) state.certificates.delete(record.name.toLowerCase());
  return { status: 200, body: operationBody(request.origin, record.name, pending) };
}

/**
 * The DER in one element of x5c. It should be base64 of DER; the service was seen to take base64 of PEM text, and of
 * base64 text that only ends in an END CERTIFICATE line.
 */
function readX5c(element: string): X509Certificate {
  const bytes = Buffer.from(element, 'base64');
  const text = bytes.toString('latin1');
  const isDer = bytes[0] === 0x30; // SEQUENCE; text in base64 or PEM begins with 'M' or '-'
  const content = text.replace(/-----[A-Z ]*CERTIFICATE-----/g, ' ').trim();
  try {
    return new X509Certificate(isDer ? bytes : Buffer.from(content, 'base64'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badParameter(`Property x5c has invalid value: an element is not base64 of an X.509 certificate (${reason})`);
  }
}

/** ASSUMED: 409 for an operation that has ended. Azure's 403 is documented for an issuer at work. */
function assertMergeable(pending: PendingOperation, name: string): void {
  if (pending.status !== 'inProgress' || pending.cancellationRequested) {
    throw refusal(409, 'Conflict', `Pending certificate ${name} can not be merged: its status is ${pending.status}.`);
  }
  if (pending.issuer !== 'Unknown') {
    throw refusal(
      403,
      'Forbidden',
      `Pending certificate ${name} can not be merged while the issuer ${pending.issuer} works on it.`,
    );
  }
}

/**
 * POST /certificates/{name}/pending/merge: 201 with the certificate. The only check on the certificate is that its
 * public key is the request's: neither chain nor subject nor dates, as on Azure.
 */
export function mergePending(state: VaultState, request: VaultRequest): ServiceResponse {
  const { record, pending } = findPending(state, request);
  const body = parseBody(mergeRequest, request.body);
  assertMergeable(pending, record.name);
  const [leaf] = (body.x5c ?? []).map(readX5c);
  if (leaf === undefined) throw badParameter('Property x5c has invalid value X5C must has at least one valid item');
  if (!publicKeyOf(leaf)?.equals(createPublicKey(pending.privateKey))) {
    throw badParameter(
      'The public key of the end-entity certificate in the specified X.509 certificate content does not match the ' +
        'public part of the specified private key. Please check if certificate is valid.',
    );
  }
  const { version, privateKey, keyOperations } = pending;
  const issued = {
    version,
    privateKey,
    keyOperations,
    certificate: new Uint8Array(leaf.raw),
    enabled: body.attributes?.enabled ?? pending.enabled,
    tags: body.tags ?? pending.tags,
  };
  addVersion(record, issued, toUnixSeconds(state.now()));
  pending.status = 'completed';
  state.added(record);
  const query = `api-version=${request.query.get('api-version')}`;
  return {
    status: 201,
    headers: { Location: `${request.origin}/certificates/${record.name}?${query}` },
    body: certificateBody(request.origin, record),
  };
}
