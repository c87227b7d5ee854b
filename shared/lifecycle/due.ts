import type { Generation, Issuer, Observed } from './observed.ts';
import { type RenewBefore, windowOpens } from './renew-before.ts';

/** Why a CA is due. */
export type DueReason = 'window-open' | 'issuer-renewed' | 'forced';

interface Wishes {
  readonly renewBefore: RenewBefore;
  /**
   * Thumbprint of the generation that somebody wants replaced now. A message may be delivered again when that has
   * happened: then the newest generation is another, and nothing is forced any more.
   */
  readonly forced?: string | undefined;
}

/**
 * Why a CA is due, if it is: somebody wants it, its newest generation is in its renewal window, or its issuer has another
 * key by now. The one definition of "due", for scan and renewal alike.
 */
export function dueReason(wishes: Wishes, newest: Generation, issuer: Issuer, now: Date): DueReason | undefined {
  if (wishes.forced === newest.certificate.thumbprint) return 'forced';
  if (windowOpens(newest.certificate, wishes.renewBefore) <= now) return 'window-open';
  return issuer.kind === 'found' && issuer.isRekeyed ? 'issuer-renewed' : undefined;
}

/**
 * When the renewal window of a CA opens, or has opened; `undefined` for a device's own certificate, which is not renewed
 * here.
 */
export function renewalWindow({ vault, renewBefore }: Pick<Observed, 'vault' | 'renewBefore'>): Date | undefined {
  const { certificate } = vault.generations[0];
  return certificate.isCa ? windowOpens(certificate, renewBefore) : undefined;
}
