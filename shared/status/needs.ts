import { adviceOn } from '../operations/advice.ts';
import type { Obstacle } from '../operations/planned.ts';
import type { Snapshot } from '../operations/snapshot.ts';

/** Something that a person must do. */
export interface Need {
  /** What it is about; empty where that is everything. */
  readonly about: string;
  /** Code of the reason, where there is one. */
  readonly reason: string | undefined;
  readonly message: string;
  readonly advice: string | undefined;
  /** PKCS#10, base64 of the DER: to be signed by somebody else. */
  readonly csr: string | undefined;
}

/**
 * What of a snapshot needs a person, the missing permissions first: they explain much of the rest. Each thing once.
 * @param nameOf as `namesIn` makes it
 */
export function needsOf(snapshot: Snapshot, nameOf: (text: string) => string): readonly Need[] {
  const { missingPermissions, failures, scan, obstacles } = snapshot;
  const own = scan.failures.filter(({ target }) => target === 'status');
  // What failed for want of a permission is told by its name.
  const others = [...failures, ...own].filter(
    ({ message }) => !missingPermissions.some((each) => message.includes(each.message)),
  );
  return [
    ...missingPermissions.map(({ permission, target, message }) => ({
      about: nameOf(target),
      reason: permission,
      message: nameOf(message),
      advice: 'Grant this permission to the identity of the app, or let its network reach the service.',
      csr: undefined,
    })),
    ...others.map(({ target, message }) => ({
      about: target === 'status' ? 'the app’s own storage' : nameOf(target),
      reason: undefined,
      message: nameOf(message),
      advice: 'The next scan tries again. If it lasts, look at the cause that is given.',
      csr: undefined,
    })),
    ...obstacles.filter(({ severity }) => severity === 'attention').map((each) => needOf(each, nameOf)),
  ];
}

/** An obstacle as something to do. */
export function needOf({ reason, ca, dps, entry, message, csr }: Obstacle, nameOf: (text: string) => string): Need {
  const what = entry === undefined ? (ca?.name ?? '') : `entry ${entry}`;
  const where = dps === undefined ? '' : `in ${nameOf(dps)}`;
  return { about: `${what} ${where}`.trim(), reason, message: nameOf(message), advice: adviceOn(reason), csr };
}
