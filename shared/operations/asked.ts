import type { RefusalReason, WaitReason } from '../lifecycle/reasons.ts';
import type { CaMessage } from './ca-message.ts';
import type { PlannedStep } from './planned.ts';

/** What comes of asking for one CA. */
export type Asked =
  | {
      readonly kind: 'queued';
      /** When it was asked for: whatever is known of later than this is of the renewal. */
      readonly at: Date;
      /** For the queue `renewals`. */
      readonly message: CaMessage;
      /** SHA-1 of the newest generation, upper-case hex: the one to be replaced, if any is. */
      readonly thumbprint: string;
      readonly notAfter: Date;
      /** What there is to do in the vault, as it was seen when it was asked for; enrollments were not read. */
      readonly next: PlannedStep;
    }
  | Denied;

/** Why nothing was queued. `unreadable` may go better next time; for the others a person must act. */
export interface Denied {
  readonly kind: 'unknown' | 'refused' | 'unreadable';
  readonly reason: RefusalReason | WaitReason | 'ambiguous' | 'not-newest' | 'unreadable';
  readonly message: string;
}
