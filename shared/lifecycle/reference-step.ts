import type { EvidenceCounts } from './evidence.ts';
import type { ReferenceChange } from './reference-change.ts';
import type { Stay, Verdict } from './reference-retirement.ts';
import type { RestingStep } from './resting-step.ts';

/** The newest generation takes its place in a reference. */
export interface MoveStep {
  readonly step: 'move';
  readonly reason: 'reference-behind' | 'rolled-back';
  readonly change: ReferenceChange;
}

/** An older version leaves a reference in which a newer one stands; part of its retirement, and of nothing else. */
export interface ReleaseStep {
  readonly step: 'release';
  readonly reason: ReleaseReason;
  /** Of the version that leaves. */
  readonly thumbprint: string;
  readonly change: ReferenceChange;
  /** What it rests on, where that is the devices. */
  readonly evidence?: EvidenceCounts;
}

export type ReleaseReason = Extract<Verdict, { readonly may: true }>['reason'];

/** What to do with one reference, or why there is nothing to do. */
export type ReferenceStep =
  /** Holds no version of this CA. */
  | { readonly step: 'not-ours' }
  /** Holds the newest generation; `stays` is the older version beside it, which may not go yet. */
  | { readonly step: 'settled'; readonly stays: ({ readonly thumbprint: string } & Stay) | undefined }
  | MoveStep
  | ReleaseStep
  | RestingStep;
