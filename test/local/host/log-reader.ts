import type { LogRecord } from '../../../local/host/log.ts';

/** Collects a host's log and lets a test wait for what it must say. */
export class LogReader {
  readonly records: LogRecord[] = [];
  readonly #waiting = new Set<() => void>();

  readonly write = (record: LogRecord): void => {
    this.records.push(record);
    for (const check of this.#waiting) check();
  };

  /** What the apps in test/fixtures reported as JSON, in order. */
  reports(): Record<string, unknown>[] {
    return this.records.flatMap(({ message }) => (message.startsWith('{') ? [JSON.parse(message)] : []));
  }

  /** Resolves with what `find` finds in the log, now or later; rejects with the log if that takes 20 s. */
  until<T>(what: string, find: (reader: LogReader) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = find(this);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(
          new Error(`The log never showed ${what}:\n${this.records.map((each) => JSON.stringify(each)).join('\n')}`),
        );
      }, 20_000);
      this.#waiting.add(check);
      check();
    });
  }

  /** Resolves with the first record whose message contains the text. */
  line(text: string): Promise<LogRecord> {
    return this.until(`"${text}"`, ({ records }) => records.find(({ message }) => message.includes(text)));
  }

  /** Resolves with all reports that match, once there are at least `count`. */
  matching(count: number, matches: (report: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
    return this.until(`${count} such reports`, (reader) => {
      const found = reader.reports().filter(matches);
      return found.length >= count ? found : undefined;
    });
  }
}
