import type { LogRecord } from '../host/log.ts';
import { describeEvent } from './describe-event.ts';
import { eventLines } from './event-lines.ts';
import { SCREEN_WIDTH, wrap } from './layout.ts';
import type { Paint } from './paint.ts';
import { parseEvent } from './parse-event.ts';

export interface RecordContext {
  readonly paint: Paint;
  /** Puts names in the place of addresses. */
  readonly nameOf: (address: string) => string;
  /** When it was, as the left column of the screen shows it. */
  readonly when: (record: LogRecord) => string;
}

/** A line of the host's log for people: the app's events and whatever went wrong. Of the rest, nothing. */
export function recordLines(record: LogRecord, { paint, nameOf, when }: RecordContext): string[] {
  const event = parseEvent(record);
  if (event) return eventLines(describeEvent(event, { nameOf, now: new Date(record.at) }), when(record), paint);
  if (record.level !== 'warning' && record.level !== 'error' && record.level !== 'critical') return [];
  const text = [record.function, record.message].filter(Boolean).join(': ');
  const lines = text.split('\n').flatMap((line) => wrap(line, SCREEN_WIDTH - 4));
  return lines.map((line) => `  ${paint(record.level === 'warning' ? 'yellow' : 'red', `! ${line}`)}`);
}
