import { createHash, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { KeyPool } from '../key-pool.ts';
import type { Policy } from './policy.ts';
import { certificateNotFound } from './vault-error.ts';

/** A vault's content and surroundings, as every operation gets it. Names are case-insensitive: keys are lower-case. */
export interface VaultState {
  readonly certificates: Map<string, CertificateRecord>;
  readonly keys: KeyPool;
  readonly now: () => Date;
  readonly selfIssueDelayMs: number;
  /** Told of a certificate that a request has added a version to. */
  readonly added: (record: CertificateRecord) => void;
  /** Told of a certificate (DER) whose key has signed something. */
  readonly used: (certificate: Uint8Array) => void;
}

/** One certificate name with all its versions. */
export interface CertificateRecord {
  readonly name: string;
  /** One policy for all versions; a create with a policy replaces it. */
  policy: Policy;
  /** In the order in which they were issued: the last one is the latest. */
  readonly versions: CertificateVersion[];
  pending: PendingOperation | undefined;
  /** Unix seconds; set while the name is deleted but recoverable. */
  deletedOn: number | undefined;
}

/** An issued certificate with its key. All times are Unix seconds. */
export interface CertificateVersion {
  /** 32 hexadecimal digits, shared by the ids of certificate, key and secret. */
  readonly version: string;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly keyOperations: readonly string[];
  enabled: boolean;
  /** notBefore and notAfter of the certificate, mirrored on the key. */
  readonly notBefore: number;
  readonly expires: number;
  readonly created: number;
  updated: number;
  tags: Tags;
}

export type Tags = Readonly<Record<string, string>> | undefined;

/** The one operation that a name can have in progress; it stays readable after it has ended. */
export interface PendingOperation {
  readonly requestId: string;
  /** The version that will come of it. */
  readonly version: string;
  readonly issuer: string;
  /** DER (PKCS#10). */
  readonly csr: Uint8Array;
  readonly privateKey: KeyObject;
  readonly keyOperations: readonly string[];
  readonly created: number;
  readonly enabled: boolean;
  readonly tags: Tags;
  /** Only for the issuer Self: the certificate (DER), and the time in Unix milliseconds from which it is there. */
  readonly issued: { readonly certificate: Uint8Array; readonly at: number } | undefined;
  cancellationRequested: boolean;
  status: 'inProgress' | 'completed' | 'cancelled';
}

export function toUnixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Key Vault's versions and request ids: 32 hexadecimal digits. */
export function newIdentifier(): string {
  return randomBytes(16).toString('hex');
}

export function findRecord(state: VaultState, name: string): CertificateRecord | undefined {
  return state.certificates.get(name.toLowerCase());
}

/** A record that is not deleted, or the 404 of a certificate. */
export function existingRecord(state: VaultState, name: string): CertificateRecord {
  const record = findRecord(state, name);
  if (record === undefined || record.deletedOn !== undefined) throw certificateNotFound(name);
  return record;
}

export function latestVersion(record: CertificateRecord | undefined): CertificateVersion | undefined {
  return record?.versions.at(-1);
}

/** A version by its id, the latest one for an empty id. */
export function findVersion(record: CertificateRecord, version: string): CertificateVersion | undefined {
  return version === ''
    ? latestVersion(record)
    : record.versions.find((each) => each.version === version.toLowerCase());
}

export function addVersion(
  record: CertificateRecord,
  issued: Pick<CertificateVersion, 'version' | 'certificate' | 'privateKey' | 'keyOperations' | 'enabled' | 'tags'>,
  created: number,
): CertificateVersion {
  const { validFromDate, validToDate } = new X509Certificate(issued.certificate);
  const version = {
    ...issued,
    notBefore: toUnixSeconds(validFromDate),
    expires: toUnixSeconds(validToDate),
    created,
    updated: created,
  };
  record.versions.push(version);
  return version;
}

/** x5t of RFC 7517 section 4.8: SHA-1 of the DER, base64url. */
export function thumbprint(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('base64url');
}

/**
 * Ends an operation whose time has come. This happens on reads only, so that an operation of the issuer Self is in
 * progress at least until somebody looks, and two creates at the same time can never both succeed.
 */
export function settlePending(record: CertificateRecord, now: Date): void {
  const { pending } = record;
  if (pending?.status !== 'inProgress') return;
  if (pending.cancellationRequested) {
    pending.status = 'cancelled';
  } else if (pending.issued !== undefined && now.getTime() >= pending.issued.at) {
    addVersion(
      record,
      { ...pending, certificate: pending.issued.certificate },
      toUnixSeconds(new Date(pending.issued.at)),
    );
    // Last: an operation that cannot end must not look as if it had, with no version to show.
    pending.status = 'completed';
  }
}
