import type { LogRecord } from '../host/log.ts';

/** The host's log so far, and a way to wait for what is still to come. */
export interface LogBook {
  readonly records: readonly LogRecord[];
  add(record: LogRecord): void;
  /**
   * The first value that `find` makes of a record from position `from` on, whether it is there already or comes later.
   * Rejects when `find` throws, or after `limitInMs` with what was waited for.
   */
  first<T>(find: (record: LogRecord) => T | undefined, options: WaitOptions): Promise<T>;
}

export interface WaitOptions {
  readonly from: number;
  readonly limitInMs: number;
  /** What is waited for, as it fits behind "waited in vain for". */
  readonly what: string;
}

export function createLogBook(): LogBook {
  const records: LogRecord[] = [];
  const readers = new Set<(record: LogRecord) => void>();
  return {
    records,
    add(record) {
      records.push(record);
      for (const read of readers) read(record);
    },
    first(find, { from, limitInMs, what }) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(() => reject(inVain(what, limitInMs))), limitInMs);
        const settle = (how: () => void) => {
          clearTimeout(timer);
          readers.delete(read);
          how();
        };
        const read = (record: LogRecord) => {
          try {
            const found = find(record);
            if (found !== undefined) settle(() => resolve(found));
          } catch (error) {
            settle(() => reject(error));
          }
        };
        readers.add(read);
        for (const record of records.slice(from)) if (readers.has(read)) read(record);
      });
    },
  };
}

function inVain(what: string, limitInMs: number): Error {
  return new Error(`Waited in vain for ${what}: it did not come within ${limitInMs / 1000} s`);
}
