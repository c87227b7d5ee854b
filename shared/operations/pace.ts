import type { Ports } from '../ports.ts';

const MINUTE_MS = 60_000;

/** DPS takes 1,000 operations a minute (service limit); the other half is for everybody else. */
const OPERATIONS_A_MINUTE = 500;

/** Waits before an operation where there have been too many within a minute. */
export type Pace = () => Promise<void>;

/** A pace of its own: a few operations go at once, many go on at half of what the DPS takes. */
export function createPace({ now, pause }: Pick<Ports, 'now' | 'pause'>): Pace {
  let begun = now().getTime();
  let operations = 0;
  return async () => {
    const elapsed = now().getTime() - begun;
    if (elapsed < MINUTE_MS && operations < OPERATIONS_A_MINUTE) {
      operations += 1;
      return;
    }
    if (elapsed < MINUTE_MS) await pause(MINUTE_MS - elapsed);
    begun = now().getTime();
    operations = 1;
  };
}
