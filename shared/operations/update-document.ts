import { Conflict } from '../errors.ts';
import type { Documents } from '../ports.ts';

/** Others write the same document, each within one call of another now and then; more often means something is wrong. */
const MOST_CONFLICTS = 5;

/**
 * Changes a document as it is now, again wherever somebody else was faster.
 * @param change what it is to become, from its value (anything, `undefined` where there is none); `undefined`: as it is
 * Throws what the port throws.
 */
export async function updateDocument(
  documents: Documents,
  name: string,
  change: (value: unknown) => unknown,
): Promise<void> {
  for (let conflicts = 0; ; conflicts += 1) {
    const read = await documents.read(name);
    const value = change(read?.value);
    if (value === undefined) return;
    try {
      await documents.write(name, value, read);
      return;
    } catch (error) {
      if (!(error instanceof Conflict) || conflicts === MOST_CONFLICTS) throw error;
    }
  }
}
