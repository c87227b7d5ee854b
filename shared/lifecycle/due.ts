import type { Generation, Issuer } from './observed.ts';
import { type RenewBefore, windowOpens } from './renew-before.ts';

/** Why a CA is due. */
export type DueReason = 'window-open' | 'issuer-renewed';

/**
 * Why a CA is due, if it is: its newest generation is in its renewal window, or its issuer has another key by now. The
 * one definition of "due", for scan and renewal alike.
 */
export function dueReason(
  renewBefore: RenewBefore,
  newest: Generation,
  issuer: Issuer,
  now: Date,
): DueReason | undefined {
  if (windowOpens(newest.certificate, renewBefore) <= now) return 'window-open';
  return issuer.kind === 'found' && issuer.isRekeyed ? 'issuer-renewed' : undefined;
}
