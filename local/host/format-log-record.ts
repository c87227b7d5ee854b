import { styleText } from 'node:util';
import type { LogLevel, LogRecord } from './log.ts';

const colours: Record<LogLevel, Parameters<typeof styleText>[0]> = {
  trace: 'gray',
  debug: 'gray',
  information: 'green',
  warning: 'yellow',
  error: 'red',
  critical: 'red',
};

/** A log record as a line for people, without a line end: time of day in UTC, level, function, message. */
export function formatLogRecord(record: LogRecord, colour: boolean): string {
  const level = colour ? styleText(colours[record.level], record.level, { validateStream: false }) : record.level;
  const source = record.function ? ` ${record.function}:` : '';
  return `${record.at.slice(11, 23)} ${level}${source} ${record.message}`;
}
