import { type LifecycleEvent, needsAttention } from '../events.ts';

/** The two levels of a Functions log that events use. */
export interface Log {
  log(line: string): void;
  warn(line: string): void;
}

/**
 * Events as one JSON object per line, `event` first. Functions logs carry only a string, so the line itself is what
 * queries parse (`parse_json(message)`); what needs attention goes out as a warning, which sampling and log levels keep.
 */
export function emitJsonLines(log: Log): (event: LifecycleEvent) => void {
  return (event) => {
    const line = JSON.stringify(event);
    if (needsAttention(event)) log.warn(line);
    else log.log(line);
  };
}
