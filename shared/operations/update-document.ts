import { Conflict } from '../errors.ts';
import type { Documents, Stored } from '../ports.ts';

/** Others write the same document, each within one call of another now and then; more often means something is wrong. */
const MOST_CONFLICTS = 5;

/** A document and how everybody who changes it reads it: what one has made of it, the next one takes as it is. */
export interface Document<T> {
  readonly name: string;
  /** @param value parsed JSON, whatever it is; `undefined` where there is none */
  readonly read: (value: unknown) => T;
  /** A megabyte, as with 500 CAs: this process goes on from what it has just written, until somebody else was faster. */
  readonly isLarge?: boolean;
}

interface Waiting {
  readonly change: (value: never) => unknown;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Changes of this process that wait for the one before them to be written, by document. */
const queues = new WeakMap<Documents, Map<string, Waiting[]>>();

/**
 * Changes a document as it is now, again wherever somebody else was faster. Many renewals at once would make each other
 * read and write over and over: those of one process take turns, and all that wait are written together.
 * Throws what the port throws.
 * @param change what it is to become, as JSON writes it; `undefined`: as it is
 */
export async function updateDocument<T>(
  documents: Documents,
  document: Document<T>,
  change: (value: T) => T | undefined,
): Promise<void> {
  const { name } = document;
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
    void writeAll(documents, document, byName);
  });
}

async function writeAll<T>(documents: Documents, document: Document<T>, byName: Map<string, Waiting[]>): Promise<void> {
  let last: Known<T> | undefined;
  for (;;) {
    const together = byName.get(document.name)?.splice(0) ?? [];
    if (together.length === 0) break;
    try {
      const known = await writeTogether(documents, document, together, last);
      last = document.isLarge ? known : undefined;
      for (const { resolve } of together) resolve();
    } catch (error) {
      last = undefined;
      for (const { reject } of together) reject(error);
    }
  }
  byName.delete(document.name);
}

/** A document as it was read or written last. */
interface Known<T> {
  readonly value: T;
  readonly stored: Stored | undefined;
}

/** @param last what is known of it; it may have been written by somebody else since */
async function writeTogether<T>(
  documents: Documents,
  document: Document<T>,
  together: readonly Waiting[],
  last: Known<T> | undefined,
): Promise<Known<T>> {
  const changes = together.map(({ change }) => change as (value: T) => T | undefined);
  let known = last;
  let conflicts = 0;
  for (;;) {
    known ??= await readKnown(documents, document);
    const before = known.value;
    const value = changes.reduce((former, change) => change(former) ?? former, before);
    if (value === before) return known;
    try {
      return { value, stored: await documents.write(document.name, value, known.stored) };
    } catch (error) {
      if (!(error instanceof Conflict) || conflicts === MOST_CONFLICTS) throw error;
      // That what was kept is old by now says nothing of how many write at once.
      if (known !== last) conflicts += 1;
      known = undefined;
    }
  }
}

async function readKnown<T>(documents: Documents, { name, read }: Document<T>): Promise<Known<T>> {
  const stored = await documents.read(name);
  return { value: read(stored?.value), stored };
}
