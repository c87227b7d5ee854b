import type { LifecycleEvent } from '../../shared/events.ts';
import type { LogRecord } from '../host/log.ts';

/** The event that a line of the host's log holds, or `undefined` for any other line. */
export function parseEvent(record: LogRecord): LifecycleEvent | undefined {
  if (!record.message.startsWith('{"event":"')) return undefined;
  try {
    // The app's own emitter wrote it, and nothing else in the log begins like this.
    return JSON.parse(record.message) as LifecycleEvent;
  } catch {
    return undefined; // Cut off or foreign: it stays a line like any other.
  }
}
