import type { ScanFailure } from '../events.ts';
import type { EvidenceCounts } from '../lifecycle/evidence.ts';
import type { LaneStep } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Reason } from '../lifecycle/reasons.ts';
import type { EnrollmentKind } from '../ports.ts';
import type { MissingPermission } from './reading-ports.ts';

// The plan as plain data: `npm run plan -- --json` prints it as it is, so members keep their names and meanings once
// published (docs/plan.md). Thumbprints are SHA-1 in upper-case hex, dates become ISO 8601, `dps` is a resource id.

/** All that is known of the CAs of some vaults and provisioning services, and what would be done next. */
export interface Plan {
  readonly at: Date;
  /** `attention`: something needs a person, whether or not something else is due. */
  readonly verdict: 'nothing-due' | 'due' | 'attention';
  readonly provisioningServices: readonly PlannedService[];
  /** The managed CAs. */
  readonly cas: readonly PlannedCa[];
  /** CAs in the vaults that are not managed. */
  readonly unmanagedCas: readonly UnmanagedCa[];
  readonly obstacles: readonly Obstacle[];
  readonly missingPermissions: readonly MissingPermission[];
  /** What could not be read; the rest of the plan stands. */
  readonly failures: readonly ScanFailure[];
}

/** A DPS with its entries, or why it could not be read. */
export type PlannedService =
  | {
      readonly kind: 'read';
      readonly id: string;
      readonly name: string;
      /** `unknown` where the permission to read it is missing. */
      readonly state: string;
      /** Entries, and after them certificates of managed CAs that enrollments embed and that are no entry here. */
      readonly entries: readonly PlannedEntry[];
      /** What is to be done here for a managed CA, that no entry's `next` says: its newest generation is not here yet. */
      readonly missing: readonly { readonly ca: CaId; readonly thumbprint: string; readonly next: PlannedStep }[];
    }
  | { readonly kind: 'unreadable'; readonly id: string; readonly name: string; readonly detail: string };

export interface PlannedEntry {
  /** `undefined` for a certificate that is embedded only. */
  readonly name: string | undefined;
  readonly thumbprint: string;
  readonly isVerified: boolean | undefined;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  /** `unknown`: not every vault could be read. */
  readonly standing: 'managed' | 'unmanaged' | 'unknown';
  /** Where it is managed. */
  readonly ca: CaId | undefined;
  readonly generation: Rank | undefined;
  /** Kind of the public key, such as `RSA 2048`; `undefined` where the vault was not read. */
  readonly key: string | undefined;
  /** When the renewal window of the newest generation opens, or has opened. */
  readonly windowOpens: Date | undefined;
  /** `undefined` where enrollments could not be read. */
  readonly references: PlannedReferences | undefined;
  /** Of an older version, where it goes by evidence: what is proved of the devices of the enrollments that refer to it. */
  readonly devices?: EvidenceCounts;
  readonly next: PlannedStep | undefined;
}

/** `rolled-back`: newer than the newest generation, and disabled. */
export type Rank = 'newest' | 'older' | 'rolled-back';

export interface PlannedReferences {
  readonly count: number;
  /** Of these: embed the certificate instead of naming the entry. */
  readonly embedded: number;
  /** The first of them; none where they are more than a thousand. */
  readonly examples: readonly { readonly kind: EnrollmentKind; readonly id: string }[];
  /** No, where individual enrollments were not read. */
  readonly isComplete: boolean;
}

/** The next step of a lane, or of what a lane does to one entry. */
export interface PlannedStep {
  /** `vault`, or the resource id of the DPS. */
  readonly lane: string;
  readonly step: LaneStep['step'] | 'unknown';
  readonly reason: Reason | undefined;
  /** What the reason means, in a sentence. */
  readonly explanation: string;
  /** The case at hand. */
  readonly detail?: string;
  /** Of a move: how many enrollments do not hold the newest generation yet. */
  readonly count?: number;
  /** Now for a step that is due; for a wait its end, where that is known: the earliest. */
  readonly at?: Date;
  /** What comes at the end of a wait. */
  readonly towards?: 'request' | 'retire';
}

/** Whether a lane has a step to take now, by itself, or has one as soon as its issuer is renewed. */
export function isDue({ step, reason }: PlannedStep): boolean {
  return !['wait', 'refuse', 'unknown'].includes(step) || reason === 'issuer-due';
}

export interface PlannedGeneration {
  readonly version: string;
  readonly thumbprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly createdOn: Date;
  readonly key: string | undefined;
}

export interface PlannedCa {
  readonly ca: CaId;
  /** The newest first; empty where they could not be read. */
  readonly generations: readonly PlannedGeneration[];
  readonly issuer: PlannedIssuer | undefined;
  /** When its renewal window opens, or has opened; `undefined` where it was not looked at, and for a device's own certificate. */
  readonly windowOpens?: Date;
  /** The vault's lane first, then one for each DPS. */
  readonly next: readonly PlannedStep[];
  /** Every later moment that is known, in their order. */
  readonly dates: readonly PlannedDate[];
  /** PKCS#10, base64 of the DER: waits for somebody else to sign it. */
  readonly csr?: string;
}

export type PlannedIssuer =
  | { readonly kind: 'found'; readonly ca: CaId; readonly notAfter: Date }
  | { readonly kind: 'self' | 'missing' | 'external' | 'unknown' };

export interface PlannedDate {
  readonly at: Date;
  readonly what: 'window-opens' | 'overlap-ends' | 'may-retire' | 'expires';
  /** Of the version that it happens to. */
  readonly thumbprint: string;
  /** Where; `undefined`: everywhere. */
  readonly dps?: string;
  /** Whether it depends on what has not been done yet: not before that, possibly later. */
  readonly earliest: boolean;
  readonly reason?: Reason;
}

/** A CA certificate in a vault that nobody renews: no DPS holds it, no tag names one, no managed CA has issued it. */
export interface UnmanagedCa {
  readonly ca: CaId;
  readonly thumbprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: string | undefined;
  /** The managed CAs that it has issued. */
  readonly issuerOf: readonly CaId[];
}

/** Something in the way. */
export interface Obstacle {
  /** `attention`: a person must act. `note`: nothing hangs on it yet, or it goes by itself. */
  readonly severity: 'attention' | 'note';
  readonly reason: Reason | OwnReason;
  readonly ca?: CaId;
  readonly dps?: string;
  readonly entry?: string;
  /** What it means, and the case at hand. */
  readonly message: string;
  /** PKCS#10, base64 of the DER. */
  readonly csr?: string;
}

/** What only a plan says, and what it means. Each has an entry in docs/operations.md. */
export const OWN_REASONS = {
  expired: 'The newest generation of a CA has expired.',
  'paused-and-due': 'A paused CA is in its renewal window, and nobody renews it.',
  'expired-in-use': 'A certificate that enrollments refer to has expired.',
  'expiring-unmanaged': 'An entry expires soon, and no configured vault has what would renew it.',
  'renewal-failed': 'The last renewal of this CA failed; it is tried again.',
  'renewal-abandoned': 'A renewal of this CA was given up.',
  'unverified-in-use': 'Enrollments refer to an entry whose possession nobody has proved.',
  'nothing-managed': 'None of the CAs is managed.',
} as const;

export type OwnReason = keyof typeof OWN_REASONS;
