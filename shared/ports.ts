import type { Attestations, Enrollments } from './enrollment-ports.ts';
import type { LifecycleEvent } from './events.ts';
import type { Metric } from './metrics.ts';
import type { SignatureAlgorithm } from './x509/signature.ts';

export type * from './enrollment-ports.ts';

/**
 * What the operations need of the world, in the domain's words. Every method may throw `Conflict` (decide again) or
 * `Refused` (a person must act) where it says so; whatever else it throws is transient. Absent is `undefined` or an
 * empty list, never an error; an error is never an empty list.
 */
export interface Ports {
  readonly vaults: ReadonlyMap<string, KeyVault>;
  readonly services: ReadonlyMap<string, ProvisioningService>;
  /** By the resource id of their DPS. */
  readonly enrollments: ReadonlyMap<string, Enrollments>;
  readonly documents: Documents;
  /** Absent where there is no storage account to keep them in: then no device is proved to have moved. */
  readonly attestations?: Attestations | undefined;
  readonly now: () => Date;
  /** Unpredictable octets, for serial numbers (CA/Browser Forum BR 7.1: at least 64 bits of them). */
  readonly randomBytes: (length: number) => Uint8Array;
  /** SubjectPublicKeyInfo (DER) of a key pair whose private half nobody keeps. */
  readonly throwAwayPublicKey: () => Uint8Array;
  /** Waits about this long; by chance less or more, so that contenders part. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly emit: (event: LifecycleEvent) => void;
  /** Absent where nobody measures. */
  readonly measure?: ((metric: Metric) => void) | undefined;
}

/** A JSON document as it was read. */
export interface StoredDocument extends Stored {
  readonly value: unknown;
}

/** Which state of a document is meant. */
export interface Stored {
  readonly etag: string;
}

/**
 * JSON documents that outlive an invocation. They save calls and repetitions, no more: no decision rests on them, and one
 * that is lost or wrong costs time.
 */
export interface Documents {
  /** `undefined` if there is none, or it is not JSON. */
  read(name: string): Promise<StoredDocument | undefined>;
  /**
   * Writes a document if it is still as it was read or written before; `undefined`: if there was none. Returns what the
   * next write is conditional on. Throws `Conflict`.
   */
  write(name: string, value: unknown, known: Stored | undefined): Promise<Stored>;
}

/** A certificate name in a vault, as a listing shows it: facts of its current version. */
export interface VaultCertificate {
  readonly name: string;
  /** SHA-1 of the DER, upper-case hex; `undefined` while the first version is pending. */
  readonly thumbprint: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** One version of a certificate, as a listing shows it. */
export interface VaultVersion {
  readonly version: string;
  readonly thumbprint: string | undefined;
  readonly enabled: boolean;
  readonly createdOn: Date;
}

/** A version with its content. */
export interface VaultCertificateContent {
  readonly version: string;
  readonly enabled: boolean;
  readonly createdOn: Date;
  readonly der: Uint8Array;
  /** The versioned key identifier; a signature is never asked of an unversioned key. */
  readonly keyId: string;
  /** Tags belong to versions. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The key half of a certificate policy. Key Vault has one policy per name, for all versions. */
export interface KeyPolicy {
  /** `RSA`, `EC`, or their `-HSM` forms. */
  readonly keyType: string;
  readonly reuseKey: boolean;
  readonly exportable: boolean;
}

/** The current version of a name, with the policy for the next one. */
export interface CurrentCertificate {
  /** `undefined` while the first version is pending. */
  readonly content: VaultCertificateContent | undefined;
  readonly keyPolicy: KeyPolicy;
}

/** A certificate operation that waits for its certificate. */
export interface PendingRequest {
  readonly requestId: string;
  /** `Unknown` for a request that is signed outside Key Vault; anything else is Key Vault's own business. */
  readonly issuerName: string;
  /** PKCS#10, DER. `undefined` for issuers that do not show one. */
  readonly csr: Uint8Array | undefined;
}

/** What a new version is asked to be. Key Vault makes the key; everything else of the certificate is ours. */
export interface NewRequest {
  /** RFC 4514. Only for the CSR: the certificate takes its predecessor's subject, byte for byte. */
  readonly subject: string;
  readonly key: {
    readonly keyType: string;
    readonly size?: number;
    readonly curve?: string;
    readonly reuseKey: boolean;
  };
  /** RFC 5280 names; they decide which operations the key permits. */
  readonly keyUsage: readonly string[];
  readonly validityInMonths: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface KeyVault {
  /** Origin, without a trailing slash. */
  readonly url: string;
  /** All names, those whose first version is pending excepted. */
  list(): Promise<readonly VaultCertificate[]>;
  /** All versions of a name, newest first; empty for an unknown name. */
  versions(name: string): Promise<readonly VaultVersion[]>;
  /** The current version and the policy; `undefined` for an unknown name. */
  current(name: string): Promise<CurrentCertificate | undefined>;
  /** One version; `undefined` if there is none. */
  certificate(name: string, version: string): Promise<VaultCertificateContent | undefined>;
  /** The operation in progress, if any; a completed, failed or cancelled one is none. */
  pendingRequest(name: string): Promise<PendingRequest | undefined>;
  /**
   * Asks for a new version with issuer `Unknown`. The pending operation it makes is the lock: while there is one, this
   * throws `Conflict`. `Refused('name-deleted')` for a soft-deleted name. Never retried inside. What it has made is told
   * by `pendingRequest`.
   */
  createRequest(name: string, request: NewRequest): Promise<void>;
  /**
   * Has Key Vault make a version that signs itself (issuer `Self`), with a new key: never a CA, but its key can sign.
   * Throws as `createRequest` does. Returns while the operation is in progress.
   */
  createSeed(name: string, request: NewRequest): Promise<void>;
  /** Makes the policy of a name that of a request again, so that nothing remembers a seed. */
  restorePolicy(name: string, request: NewRequest): Promise<void>;
  /** Replaces the tags of a version. */
  setTags(name: string, version: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Disables a version: neither its certificate nor its key can be used. */
  disable(name: string, version: string): Promise<void>;
  /** Gives the pending operation up. Succeeds if there is none. */
  deleteRequest(name: string): Promise<void>;
  /** Completes the pending operation with a certificate (DER). `Conflict` if there is none any more, or of another key. */
  merge(
    name: string,
    certificate: Uint8Array,
    tags: Readonly<Record<string, string>>,
  ): Promise<VaultCertificateContent>;
  /** Signs a digest. RSA: PKCS#1 v1.5; EC: r‖s. `keyId` belongs to this vault. */
  sign(keyId: string, algorithm: SignatureAlgorithm, digest: Uint8Array): Promise<Uint8Array>;
}

/** A certificate resource in a DPS. Every write changes its ETag. */
export interface Entry {
  readonly name: string;
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  readonly isVerified: boolean;
  readonly notAfter: Date | undefined;
  /** When the service last changed it; the date of its creation is none (it is the same for all). */
  readonly updated: Date | undefined;
  readonly etag: string;
}

export interface VerificationCode {
  readonly code: string;
  /** The ETag that `verify` needs: making a code is a write, too. */
  readonly etag: string;
}

/** The parts of a DPS's ARM resource id. */
export interface ResourceId {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export interface ProvisioningService {
  /** ARM resource id. */
  readonly id: string;
  readonly name: string;
  /** The lifecycle state; it takes changes only when `Active`. */
  state(): Promise<string>;
  entries(): Promise<readonly Entry[]>;
  /** Uploads a certificate (DER), unverified. `Conflict` if an entry of that name exists. */
  upload(name: string, certificate: Uint8Array): Promise<Entry>;
  /** Makes a verification code; the former one is void. `Conflict` if the entry is not as `entry` says. */
  generateVerificationCode(entry: Entry): Promise<VerificationCode>;
  /** Hands in a proof of possession (DER). `Conflict` if the code is void; `Refused('possession-disproved')`. */
  verify(name: string, etag: string, proof: Uint8Array): Promise<Entry>;
  /** Deletes an entry. `Conflict` if it is not as `entry` says; succeeds if it is gone. */
  deleteEntry(entry: Entry): Promise<void>;
  /** Host of its service API, where its enrollments are. */
  serviceOperationsHostName(): Promise<string>;
  /** The IoT hubs linked to it, as `state` last read them with the same call; read now if it has not been called. */
  linkedHubs(): Promise<readonly LinkedHub[]>;
}

/** What a DPS resource holds of a linked IoT hub, either part possibly missing. */
export interface LinkedHub {
  /** Host name. */
  readonly name: string;
  readonly allocationWeight?: number | undefined;
  readonly applyAllocationPolicy?: boolean | undefined;
}
