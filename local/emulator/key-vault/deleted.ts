import type { ServiceResponse } from '../service.ts';
import { page } from './paging.ts';
import { certificateNotFound, refusal } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import {
  type CertificateRecord,
  existingRecord,
  findRecord,
  latestVersion,
  toUnixSeconds,
  type VaultState,
} from './vault-state.ts';
import { certificateBody, certificateItem, deletedFields, pendingAttributes } from './wire.ts';

/** ASSUMED: the code and the sentence of this 404. */
function deletedRecord(state: VaultState, name: string): CertificateRecord {
  const record = findRecord(state, name);
  if (record?.deletedOn === undefined) {
    throw refusal(404, 'CertificateNotFound', `Deleted Certificate not found: ${name}`);
  }
  return record;
}

/** DELETE /certificates/{name}: all versions, their keys too, until recovered or purged. */
export function deleteCertificate(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = existingRecord(state, request.name);
  if (record.versions.length === 0 && record.pending === undefined) throw certificateNotFound(request.name);
  record.deletedOn = toUnixSeconds(state.now());
  return getDeleted(state, request);
}

/** GET /deletedcertificates/{name} */
export function getDeleted(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = deletedRecord(state, request.name);
  const body = { ...deletedFields(request.origin, record), ...certificateBody(request.origin, record) };
  return { status: 200, body };
}

/** GET /deletedcertificates */
export function listDeleted(state: VaultState, request: VaultRequest): ServiceResponse {
  const records = [...state.certificates.values()].filter((record) => record.deletedOn !== undefined);
  const items = records.map((record) => {
    const id = `${request.origin}/certificates/${record.name}`;
    const version = latestVersion(record);
    const shown =
      version === undefined
        ? { id, ...(record.pending === undefined ? {} : { attributes: pendingAttributes(record, record.pending) }) }
        : certificateItem(id, version);
    return { key: record.name.toLowerCase(), value: { ...deletedFields(request.origin, record), ...shown } };
  });
  return page(request, items);
}

/** POST /deletedcertificates/{name}/recover */
export function recoverDeleted(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = deletedRecord(state, request.name);
  record.deletedOn = undefined;
  return { status: 200, body: certificateBody(request.origin, record) };
}

/** DELETE /deletedcertificates/{name}: gone for good, the name is free again. */
export function purgeDeleted(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = deletedRecord(state, request.name);
  state.certificates.delete(record.name.toLowerCase());
  return { status: 204 };
}
