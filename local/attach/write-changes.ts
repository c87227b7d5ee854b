import { Conflict, Refused } from '../../shared/errors.ts';
import type { ConnectedDps } from './connect.ts';
import { failureText } from './failure-text.ts';
import type { PlannedChange } from './planned-change.ts';
import { withSymmetricKeys } from './with-symmetric-keys.ts';

/** What became of a planned change. */
export type Written =
  | { readonly outcome: 'unchanged' | 'changed' | 'not-tried'; readonly planned: PlannedChange }
  | { readonly outcome: 'failed'; readonly planned: PlannedChange; readonly message: string };

/**
 * Writes changes one after the other, each only if its enrollment is still as it was shown. One that has been changed
 * meanwhile, or that DPS does not take, stops no other; anything else would fail there, too, so the rest is not tried.
 */
export async function writeChanges(dps: ConnectedDps, changes: readonly PlannedChange[]): Promise<readonly Written[]> {
  const written: Written[] = [];
  let stopped = false;
  for (const planned of changes) {
    const { enrollment, change, differences } = planned;
    if (differences.length === 0 || stopped) {
      written.push({ outcome: differences.length === 0 ? 'unchanged' : 'not-tried', planned });
      continue;
    }
    try {
      const withKeys = await withSymmetricKeys(enrollment, dps.dataPlane);
      await dps.enrollments.replaceEnrollment(enrollment, (record) => withKeys(change(record)));
      written.push({ outcome: 'changed', planned });
    } catch (error) {
      written.push({ outcome: 'failed', planned, message: failureText(error) });
      const isItsOwn =
        error instanceof Conflict || (error instanceof Refused && error.reason === 'enrollment-rejected');
      stopped = !isItsOwn;
    }
  }
  return written;
}
