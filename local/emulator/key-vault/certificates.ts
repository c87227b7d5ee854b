import * as z from 'zod';
import type { ServiceResponse } from '../service.ts';
import { page } from './paging.ts';
import { patchPolicy } from './policy.ts';
import { attributesRequest, parseBody, tagsRequest } from './request-body.ts';
import { certificateNotFound } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import {
  type CertificateRecord,
  type CertificateVersion,
  existingRecord,
  findRecord,
  findVersion,
  latestVersion,
  toUnixSeconds,
  type VaultState,
} from './vault-state.ts';
import { certificateBody, certificateItem, pendingAttributes, policyBody, versionBody } from './wire.ts';

const updateRequest = z.object({ attributes: attributesRequest.nullish(), tags: tagsRequest.nullish() });

function existingVersion(record: CertificateRecord, version: string): CertificateVersion {
  const found = findVersion(record, version);
  if (found === undefined) throw certificateNotFound([record.name, version].filter((part) => part !== '').join('/'));
  return found;
}

/** A name that a GET without a version answers: one with a version, or with a first version on its way. */
function isVisible(record: CertificateRecord): boolean {
  return record.deletedOn === undefined && (record.versions.length > 0 || record.pending !== undefined);
}

/** GET /certificates/{name}/{version?}: only without a version it has policy and pending. */
export function getCertificate(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = existingRecord(state, request.name);
  if (request.version !== '') {
    return { status: 200, body: versionBody(request.origin, record, existingVersion(record, request.version)) };
  }
  if (!isVisible(record)) throw certificateNotFound(request.name);
  return { status: 200, body: certificateBody(request.origin, record) };
}

/** PATCH /certificates/{name}/{version?}: what is given replaces what was, tags as a whole. */
export function updateCertificate(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = existingRecord(state, request.name);
  const version = existingVersion(record, request.version);
  const body = parseBody(updateRequest, request.body);
  version.enabled = body.attributes?.enabled ?? version.enabled;
  version.tags = body.tags ?? version.tags;
  version.updated = toUnixSeconds(state.now());
  const latest = version === latestVersion(record) && request.version === '';
  return {
    status: 200,
    body: latest ? certificateBody(request.origin, record) : versionBody(request.origin, record, version),
  };
}

/** GET /certificates: names with their latest version; `includePending` adds those whose first version is pending. */
export function listCertificates(state: VaultState, request: VaultRequest): ServiceResponse {
  const includePending = request.query.get('includePending')?.toLowerCase() === 'true';
  const items = [...state.certificates.values()].filter(isVisible).flatMap((record) => {
    const version = latestVersion(record);
    const id = `${request.origin}/certificates/${record.name}`;
    const key = record.name.toLowerCase();
    if (version !== undefined) return [{ key, value: certificateItem(id, version) }];
    if (!includePending || record.pending === undefined) return [];
    return [{ key, value: { id, attributes: pendingAttributes(record, record.pending), subject: '' } }];
  });
  return page(request, items);
}

/** GET /certificates/{name}/versions, in no order that says anything about age; an unknown name has none. */
export function listVersions(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = findRecord(state, request.name);
  const versions = record === undefined || record.deletedOn !== undefined ? [] : record.versions;
  const items = versions.map((version) => ({
    key: version.version,
    value: certificateItem(`${request.origin}/certificates/${record?.name}/${version.version}`, version),
  }));
  return page(request, items);
}

/** GET /certificates/{name}/policy */
export function getPolicy(state: VaultState, request: VaultRequest): ServiceResponse {
  return { status: 200, body: policyBody(request.origin, existingRecord(state, request.name)) };
}

/** PATCH /certificates/{name}/policy */
export function updatePolicy(state: VaultState, request: VaultRequest): ServiceResponse {
  const record = existingRecord(state, request.name);
  record.policy = patchPolicy(record.policy, request.body, toUnixSeconds(state.now()));
  return { status: 200, body: policyBody(request.origin, record) };
}
