/**
 * Reads something, or joins others who want the same.
 * @param what tells one thing that is read from another
 * @param read begins a read; not called where somebody else's is joined
 */
export type SharedReads = <T>(what: string, read: () => Promise<T>) => Promise<T>;

/**
 * Where many renewals run at once, each wants the same lists. Whoever asks while a read is under way waits for the next
 * one, with all others who do: one read for all of them, and for nobody one that began before he asked. What is decided
 * on it is as fresh as if each had read alone. Nothing is kept beyond that.
 */
export function sharedReads(): SharedReads {
  const reads = new Map<string, { readonly running: Promise<unknown>; next?: Promise<unknown> }>();
  function start<T>(what: string, read: () => Promise<T>): Promise<T> {
    const running = read();
    const entry: { readonly running: Promise<unknown>; next?: Promise<unknown> } = { running };
    reads.set(what, entry);
    const end = () => {
      if (entry.next === undefined) reads.delete(what);
    };
    running.then(end, end);
    return running;
  }
  return <T>(what: string, read: () => Promise<T>): Promise<T> => {
    const entry = reads.get(what);
    if (entry === undefined) return start(what, read);
    const begin = () => start(what, read);
    entry.next ??= entry.running.then(begin, begin);
    return entry.next as Promise<T>;
  };
}
