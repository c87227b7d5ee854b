import { createPublicKey } from 'node:crypto';
import {
  type CertificateRecord,
  type CertificateVersion,
  latestVersion,
  type PendingOperation,
  thumbprint,
} from './vault-state.ts';

/** A vault with soft delete as new vaults have it: 90 days, purge allowed. */
export const RECOVERABLE_DAYS = 90;
const RECOVERY = { recoveryLevel: 'Recoverable+Purgeable', recoverableDays: RECOVERABLE_DAYS };
/** Key Vault dates what it issues back by ten minutes, for clocks that lag. */
export const BACKDATED_SECONDS = 600;

const STATUS_DETAILS = {
  Unknown: 'Pending certificate created. Please Perform Merge to complete the request.',
  Self:
    'Pending certificate created. Certificate request is in progress. This may take some time based on the issuer ' +
    'provider. Please check again later.',
};

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function attributes(version: CertificateVersion) {
  const { enabled, notBefore, expires, created, updated } = version;
  return { enabled, nbf: notBefore, exp: expires, created, updated, ...RECOVERY };
}

/** Attributes of a name whose first version is not there yet; nbf and exp are what the policy would give. */
export function pendingAttributes(record: CertificateRecord, pending: PendingOperation) {
  const end = addMonths(new Date(pending.created * 1000), record.policy.x509_props.validity_months);
  return {
    enabled: false,
    nbf: pending.created - BACKDATED_SECONDS,
    exp: Math.floor(end.getTime() / 1000),
    created: pending.created,
    updated: pending.created,
    ...RECOVERY,
  };
}

/** The same day of the month that many months later, or the month's last day where it is shorter. */
export function addMonths(date: Date, months: number): Date {
  const result = new Date(date);
  result.setUTCMonth(result.getUTCMonth() + months);
  if (result.getUTCDate() !== date.getUTCDate()) result.setUTCDate(0);
  return result;
}

export function policyBody(origin: string, record: CertificateRecord) {
  return { id: `${origin}/certificates/${record.name}/policy`, ...record.policy };
}

/** A version of a certificate: what a GET with a version answers. */
export function versionBody(origin: string, record: CertificateRecord, version: CertificateVersion) {
  const path = `${record.name}/${version.version}`;
  return {
    id: `${origin}/certificates/${path}`,
    kid: `${origin}/keys/${path}`,
    sid: `${origin}/secrets/${path}`,
    x5t: thumbprint(version.certificate),
    cer: toBase64(version.certificate),
    attributes: attributes(version),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
  };
}

/**
 * The certificate as a GET without a version answers it: the latest version with policy and pending operation. While
 * the first version is pending there is no key id, secret id or certificate in it.
 */
export function certificateBody(origin: string, record: CertificateRecord) {
  const { name, pending } = record;
  const version = latestVersion(record);
  const rest = {
    policy: policyBody(origin, record),
    ...(pending === undefined ? {} : { pending: { id: `${origin}/certificates/${name}/pending` } }),
  };
  if (version !== undefined) return { ...versionBody(origin, record, version), ...rest };
  if (pending === undefined)
    throw new Error(`Cannot show the certificate '${name}': it has neither versions nor pending`);
  return {
    id: `${origin}/certificates/${name}/${pending.version}`,
    attributes: pendingAttributes(record, pending),
    ...(pending.tags === undefined ? {} : { tags: pending.tags }),
    ...rest,
  };
}

/** An entry of a list: of names (`id` without a version) or of versions. */
export function certificateItem(id: string, version: CertificateVersion) {
  return {
    id,
    x5t: thumbprint(version.certificate),
    attributes: attributes(version),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
    subject: '',
  };
}

export function deletedFields(origin: string, record: CertificateRecord) {
  const deletedDate = record.deletedOn ?? 0;
  return {
    recoveryId: `${origin}/deletedcertificates/${record.name}`,
    deletedDate,
    scheduledPurgeDate: deletedDate + RECOVERABLE_DAYS * 24 * 60 * 60,
  };
}

export function operationBody(origin: string, name: string, operation: PendingOperation) {
  const id = `${origin}/certificates/${name}`;
  return {
    id: `${id}/pending`,
    issuer: { name: operation.issuer },
    csr: toBase64(operation.csr),
    cancellation_requested: operation.cancellationRequested,
    status: operation.status,
    ...(operation.status === 'inProgress'
      ? { status_details: operation.issuer === 'Self' ? STATUS_DETAILS.Self : STATUS_DETAILS.Unknown }
      : {}),
    ...(operation.status === 'completed' ? { target: id } : {}),
    request_id: operation.requestId,
  };
}

/** A key as GET /keys answers it: the public JWK (RFC 7517), never a private member. */
export function keyBody(origin: string, record: CertificateRecord, version: CertificateVersion) {
  const { kty, crv, n, e, x, y } = createPublicKey(version.privateKey).export({ format: 'jwk' });
  const hsm = record.policy.key_props.kty.endsWith('-HSM') ? '-HSM' : '';
  return {
    key: {
      kid: `${origin}/keys/${record.name}/${version.version}`,
      kty: `${kty}${hsm}`,
      key_ops: version.keyOperations,
      ...(kty === 'EC' ? { crv: crv === 'secp256k1' ? 'P-256K' : crv, x, y } : { n, e }),
    },
    attributes: attributes(version),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
    managed: true,
  };
}

export function keyItem(kid: string, version: CertificateVersion) {
  return {
    kid,
    attributes: attributes(version),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
    managed: true,
  };
}
