import { type Duration, parseDuration, subtractDuration } from './duration.ts';

/** Beyond a hundred years before the last moment that a certificate can name, dates run out and "due" means nothing. */
const LATEST = new Date('9999-12-31T23:59:59Z');
const LONGEST_BEFORE = new Date('9899-12-31T23:59:59Z');

/** How long before its notAfter a certificate becomes due: a share of its lifetime, or a length of time. */
export type RenewBefore =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'duration'; readonly duration: Duration };

/** A certificate's validity, RFC 5280 section 4.1.2.5. Both ends belong to it. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Parses the setting `RENEW_BEFORE`: a percentage of the lifetime (`20%`) or an ISO 8601 duration (`P30D`).
 * Throws an Error that names the text.
 */
export function parseRenewBefore(text: string): RenewBefore {
  const percentage = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percentage !== undefined) {
    const share = Number(percentage) / 100;
    if (share > 0 && share < 1) return { kind: 'share', share };
    throw new Error(`'${text}' is not a percentage between 0% and 100%`);
  }
  if (text.startsWith('P')) {
    const duration = parseDuration(text);
    if (subtractDuration(LATEST, duration) >= LONGEST_BEFORE) return { kind: 'duration', duration };
    throw new Error(`'${text}' is longer than a hundred years`);
  }
  throw new Error(`'${text}' is neither a percentage such as 20% nor an ISO 8601 duration such as P30D`);
}

/**
 * When the renewal window of a certificate opens: `before` its notAfter, but never before half of its lifetime.
 * Otherwise a window longer than the lifetime would renew every new certificate at once, for ever.
 */
export function windowOpens(validity: Validity, before: RenewBefore): Date {
  const end = validity.notAfter.getTime();
  const lifetime = end - validity.notBefore.getTime();
  const wanted =
    before.kind === 'share'
      ? end - lifetime * before.share
      : subtractDuration(validity.notAfter, before.duration).getTime();
  return new Date(Math.max(wanted, validity.notBefore.getTime() + lifetime / 2));
}
