import { Conflict } from '../errors.ts';
import type { Documents } from '../ports.ts';

/** Others write the same document, each within one call of another now and then; more often means something is wrong. */
const MOST_CONFLICTS = 5;

/** What a document is to become, from its value (parsed JSON, `undefined` where there is none); `undefined`: as it is. */
type Change = (value: unknown) => unknown;

interface Waiting {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Changes of this process that wait for the one before them to be written, by document. */
const queues = new WeakMap<Documents, Map<string, Waiting[]>>();

/**
 * Changes a document as it is now, again wherever somebody else was faster. Many renewals at once would make each other
 * read and write over and over: those of one process take turns, and all that wait are written together.
 * Throws what the port throws.
 */
export async function updateDocument(documents: Documents, name: string, change: Change): Promise<void> {
  const byName = queues.get(documents) ?? new Map<string, Waiting[]>();
  queues.set(documents, byName);
  const queue = byName.get(name);
  await new Promise<void>((resolve, reject) => {
    const waiting = { change, resolve, reject };
    if (queue !== undefined) {
      queue.push(waiting);
      return;
    }
    byName.set(name, [waiting]);
    void writeAll(documents, name, byName);
  });
}

async function writeAll(documents: Documents, name: string, byName: Map<string, Waiting[]>): Promise<void> {
  for (;;) {
    const together = byName.get(name)?.splice(0) ?? [];
    if (together.length === 0) break;
    try {
      await writeTogether(documents, name, together);
      for (const { resolve } of together) resolve();
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
  byName.delete(name);
}

async function writeTogether(documents: Documents, name: string, together: readonly Waiting[]): Promise<void> {
  for (let conflicts = 0; ; conflicts += 1) {
    const read = await documents.read(name);
    const value = together.reduce<unknown>(
      (former, { change }) => change(former === read?.value ? former : asRead(former)) ?? former,
      read?.value,
    );
    if (value === undefined || value === read?.value) return;
    try {
      await documents.write(name, value, read);
      return;
    } catch (error) {
      if (!(error instanceof Conflict) || conflicts === MOST_CONFLICTS) throw error;
    }
  }
}

/** What another change has just made, as it would be read: a date would be an object without members. */
function asRead(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
