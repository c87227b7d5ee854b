import type { EtagSource } from '../resource-manager/etag-source.ts';
import { createPagedStore, type Page } from './paged-store.ts';

/** Enrollment groups, and enrollments of one device each. */
export type EnrollmentKind = 'group' | 'individual';

/** The three ways in which an X.509 attestation says what it trusts. */
export const REFERENCE_KINDS = ['caReferences', 'signingCertificates', 'clientCertificates'] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];
export const SLOTS = ['primary', 'secondary'] as const;
export type Slot = (typeof SLOTS)[number];

/** A certificate that an enrollment holds itself. The DER alone: parsed, a million of them would not fit in memory. */
export interface EmbeddedCertificate {
  readonly der: Uint8Array;
  /** Upper-case hex. */
  readonly sha1Thumbprint: string;
  /** Upper-case hex. */
  readonly sha256Thumbprint: string;
  /** As node:crypto writes names. */
  readonly issuer: string;
}

/** What one slot of an X.509 attestation holds: the name of a DPS certificate, or a certificate. */
export type Reference = { readonly kind: ReferenceKind; readonly slot: Slot } & (
  | { readonly entry: string }
  | { readonly certificate: EmbeddedCertificate }
);

/** All of an enrollment that its writer decides. */
export interface EnrollmentContent {
  /**
   * The record as JSON, without id, ETag and times, with the `info` of certificates in their stead and with symmetric
   * keys. Text, because a million records as objects would not fit in memory.
   */
  readonly text: string;
  readonly isEnabled: boolean;
  readonly attestation: string;
  /** In use; empty where the attestation is not X.509. */
  readonly references: readonly Reference[];
}

export interface StoredEnrollment {
  readonly kind: EnrollmentKind;
  /** As it was spelled when it was created. */
  readonly id: string;
  /** With its quotes. */
  readonly etag: string;
  /** Unix milliseconds. */
  readonly created: number;
  /** Unix milliseconds. */
  readonly lastUpdated: number;
  readonly content: EnrollmentContent;
}

/** An enrollment that came, changed or went. */
export interface EnrollmentChange {
  readonly before: StoredEnrollment | undefined;
  readonly after: StoredEnrollment | undefined;
}

/** The enrollments of one kind in one DPS. Ids are compared without regard to case. */
export interface EnrollmentStore {
  readonly size: number;
  get(id: string): StoredEnrollment | undefined;
  /** Writes an enrollment under a new ETag. It keeps the id and the time it was created with. */
  put(id: string, content: EnrollmentContent, at: Date): StoredEnrollment;
  delete(id: string): void;
  values(): Iterable<StoredEnrollment>;
  page(after: number, count: number): Page<StoredEnrollment>;
}

export type EnrollmentStores = Readonly<Record<EnrollmentKind, EnrollmentStore>>;

/**
 * @param nextEtag ETags as for certificates: base64 of what stands here unencoded
 * @param onChange called after every write
 */
export function createEnrollmentStore(
  kind: EnrollmentKind,
  nextEtag: EtagSource,
  onChange: (change: EnrollmentChange) => void,
): EnrollmentStore {
  const enrollments = createPagedStore<StoredEnrollment>();
  const contents = createContentPool();
  return {
    get size() {
      return enrollments.size;
    },
    get: (id) => enrollments.get(id.toLowerCase()),
    put: (id, content, at) => {
      const before = enrollments.get(id.toLowerCase());
      const lastUpdated = at.getTime();
      const after: StoredEnrollment = {
        kind,
        id: before?.id ?? id,
        etag: Buffer.from(nextEtag(), 'base64').toString(),
        created: before?.created ?? lastUpdated,
        lastUpdated,
        content: contents.take(content),
      };
      enrollments.set(id.toLowerCase(), after);
      if (before) contents.giveBack(before.content);
      onChange({ before, after });
      return after;
    },
    delete: (id) => {
      const before = enrollments.get(id.toLowerCase());
      if (!before) return;
      enrollments.delete(id.toLowerCase());
      contents.giveBack(before.content);
      onChange({ before, after: undefined });
    },
    values: () => enrollments.values(),
    page: (after, count) => enrollments.page(after, count),
  };
}

/** Enrollments that differ in nothing but their ids, as those of a fleet do, share one content. */
function createContentPool() {
  const pool = new Map<string, { readonly content: EnrollmentContent; users: number }>();
  return {
    take(content: EnrollmentContent): EnrollmentContent {
      const pooled = pool.get(content.text) ?? { content, users: 0 };
      pooled.users += 1;
      pool.set(content.text, pooled);
      return pooled.content;
    },
    giveBack({ text }: EnrollmentContent): void {
      const pooled = pool.get(text);
      if (!pooled) return;
      pooled.users -= 1;
      if (pooled.users === 0) pool.delete(text);
    },
  };
}
