export const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line of the host's log. `at` is an ISO 8601 time in UTC; the two optional members name the invocation. */
export interface LogRecord {
  at: string;
  level: LogLevel;
  function?: string;
  invocationId?: string;
  message: string;
}

/** Which function, and which of its invocations, a line is about. */
export interface LogSource {
  function?: string;
  invocationId?: string;
}

export type Log = (level: LogLevel, message: string, source?: LogSource) => void;

/** A log that stamps each message with the time and hands the record to `write`. */
export function createLog(write: (record: LogRecord) => void, now: () => Date): Log {
  return (level, message, source = {}) => write({ at: now().toISOString(), level, ...source, message });
}
