import type { EndedRenewal } from './wait-for-renewal.ts';

export type RenewalOutcome = 'finished' | 'unfinished' | 'refused';

/** Nobody is asked twice for the same: what is refused needs a person, and what is left to do comes by itself. */
export function outcomeOf({ next, met }: Pick<EndedRenewal, 'next' | 'met'>): RenewalOutcome {
  const isRefused = met.some(({ severity, reason }) => severity === 'attention' && reason !== 'renewal-abandoned');
  if (isRefused || next.some(({ step }) => step === 'refuse')) return 'refused';
  if (met.length > 0) return 'unfinished';
  return next.every(({ step, reason }) => step === 'wait' && reason !== 'issuer-due') ? 'finished' : 'unfinished';
}
