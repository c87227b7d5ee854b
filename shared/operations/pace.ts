import type { Enrollments, Ports } from '../ports.ts';

const MINUTE_MS = 60_000;

/** DPS takes 1,000 operations a minute (service limit); the other half is for everybody else. */
const OPERATIONS_A_MINUTE = 500;

/** So many go at once where few are to be done; all others are spread evenly, so that no pause outlasts a deadline. */
const AT_ONCE = 50;

const SPACING_MS = MINUTE_MS / (OPERATIONS_A_MINUTE - AT_ONCE);

/** When the next operation may go, in Unix milliseconds, by DPS. */
const next = new WeakMap<Enrollments, number>();

/** Waits until one more operation on a DPS may go. */
export type Pace = () => Promise<void>;

/**
 * The pace for the enrollments of one DPS. All renewals of this process share it, one after the other too: a long move
 * that goes on in the next message would begin anew with as many as it likes.
 */
export function paceOf(enrollments: Enrollments, { now, pause }: Pick<Ports, 'now' | 'pause'>): Pace {
  return async () => {
    const present = now().getTime();
    const begins = Math.max(next.get(enrollments) ?? 0, present - (AT_ONCE - 1) * SPACING_MS);
    next.set(enrollments, begins + SPACING_MS);
    // A pause that is shorter by chance makes the next one longer: the times are absolute.
    if (begins > present) await pause(begins - present);
  };
}
