import type { EventName, ScanFailure } from '../events.ts';
import type { Obstacle, Plan, PlannedCa } from './planned.ts';

/** The document that the status page shows: the blob `status/latest.json`, which its function is bound to by that path. */
export const SNAPSHOT_DOCUMENT = 'latest.json';

/** Of the shape below; a document of another is none. */
export const SNAPSHOT_VERSION = 1;

/**
 * How everything stood when it was last looked at: the plan that the scan makes, bounded, with the CAs that a renewal
 * has worked on since as that one left them. As JSON, so dates are ISO 8601 there; members keep their names and meanings
 * (docs/status.md).
 */
export interface Snapshot extends Omit<Plan, 'cas' | 'obstacles'> {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly cas: readonly SnapshotCa[];
  readonly obstacles: readonly SnapshotObstacle[];
  /** The scan that `at` is the time of. */
  readonly scan: {
    readonly mode: 'enforce' | 'plan';
    readonly durationMs: number;
    /** Of `scan_completed`: what could not be read, and which CA is due without anybody able to renew it. */
    readonly failures: readonly ScanFailure[];
  };
  /** A later scan that could read no vault or no DPS at all, and left everything else as it was. */
  readonly blind?: { readonly at: Date; readonly failures: readonly ScanFailure[] };
  /** The newest first. */
  readonly history: readonly Happening[];
  /** How many of each list are left out, where any are. */
  readonly leftOut: Readonly<Partial<Record<'unmanagedCas' | 'obstacles' | 'failures', number>>>;
}

export interface SnapshotCa extends PlannedCa {
  /** How many generations there are; the newest of them are shown. */
  readonly generationCount: number;
  /** When a renewal left it like this, since the scan. */
  readonly renewedAt?: Date;
}

export interface SnapshotObstacle extends Obstacle {
  /** When a renewal met it; such a one is no scan's to see, so it stays for as long as what it was about is open. */
  readonly metAt?: Date;
  /** Thumbprint of the generation that somebody wanted replaced by that renewal. */
  readonly forced?: string;
}

/** Something that a scan or a renewal has said: the event's own words, shortened. */
export interface Happening {
  readonly at: Date;
  readonly event: EventName;
  readonly ca?: string;
  readonly vault?: string;
  readonly dps?: string;
  readonly thumbprint?: string;
  readonly notAfter?: Date;
  readonly reason?: string;
  readonly message?: string;
}
