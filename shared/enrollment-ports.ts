import type { JsonObject } from './json.ts';

// The ports on enrollments and on what their devices have shown, as ports.ts has those on CA certificates.

/** Enrollment groups, and enrollments of one device each. */
export type EnrollmentKind = 'group' | 'individual';

/** An enrollment as DPS holds it. */
export interface Enrollment {
  readonly kind: EnrollmentKind;
  /** `enrollmentGroupId` or `registrationId`. */
  readonly id: string;
  readonly etag: string;
  /** The record, for reading. It is changed by `replaceEnrollment`, which alone keeps what JavaScript cannot hold. */
  readonly record: JsonObject;
}

/** What DPS itself knows of one device that has registered. */
export interface Registration {
  readonly registrationId: string;
  /** `assigned`, `failed`, … */
  readonly status: string;
  /** When DPS last changed it, which every registration of the device does; `undefined` where that is not told. */
  readonly lastUpdated: Date | undefined;
}

export interface Enrollments {
  /** All enrollments of one kind, page by page: a DPS may hold a million, and no more than a page is held here. */
  enrollments(kind: EnrollmentKind): AsyncIterable<readonly Enrollment[]>;
  /** One enrollment, read afresh; `undefined` if there is none. */
  enrollment(kind: EnrollmentKind, id: string): Promise<Enrollment | undefined>;
  /** The devices that have registered through an enrollment, page by page; of an individual one at most its own. */
  registrations(enrollment: Pick<Enrollment, 'kind' | 'id'>): AsyncIterable<readonly Registration[]>;
  /**
   * Writes an enrollment back as `change` makes it, if it is still as it was read. Every value that `change` leaves
   * alone is written as it came, numbers with their source text. `Conflict` if it was changed or deleted meanwhile;
   * `Refused('enrollment-rejected')` if DPS does not take the record.
   */
  replaceEnrollment(enrollment: Enrollment, change: (record: JsonObject) => JsonObject): Promise<Enrollment>;
}

/** What DPS told of one registration of a device: evidence of the certificate that the device has. */
export interface Attestation {
  readonly kind: EnrollmentKind;
  /** `enrollmentGroupId` or `registrationId` of the enrollment. */
  readonly enrollment: string;
  readonly registrationId: string;
  /** When the device registered. */
  readonly at: Date;
  /** The device's own certificate, DER; mostly DPS does not tell it. */
  readonly certificate: Uint8Array | undefined;
  /** RFC 4514. A name is nobody's proof. */
  readonly issuerName: string | undefined;
  /** Of the issuing CA's certificate: SHA-1 and SHA-256, upper-case hex. */
  readonly issuerThumbprints: readonly string[];
  /** Of the device's own certificate, likewise. */
  readonly thumbprints: readonly string[];
}

/** What is kept of a registrationId: its latest attestation, and since when there are any. */
export interface KeptAttestation extends Attestation {
  readonly firstSeen: Date;
}

/**
 * The latest attestation of every registrationId in every enrollment; ids differ by more than case. They come in any
 * order and more than once: what is kept is the same.
 */
export interface Attestations {
  /** Keeps an attestation, unless one is kept that is as late or later; then at most `firstSeen` is put back. */
  record(attestation: Attestation): Promise<void>;
  /** Those of one enrollment, page by page; none where nothing was recorded. */
  ofEnrollment(kind: EnrollmentKind, id: string): AsyncIterable<readonly KeptAttestation[]>;
}
