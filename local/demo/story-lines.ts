import type { LogRecord } from '../host/log.ts';
import { describeEvent } from '../terminal/describe-event.ts';
import { eventLines } from '../terminal/event-lines.ts';
import { parseEvent } from '../terminal/parse-event.ts';
import { type RecordContext, recordLines } from '../terminal/record-lines.ts';

/**
 * The host's log as the demo tells it: every event of the app but those of single devices, which a picture shows. What
 * has been explained once is not explained again, and an entry is said to be unmanaged once, though every scan says so.
 */
export function createStoryLines(context: RecordContext): (record: LogRecord) => string[] {
  const said = new Set<string>();
  const isNew = (text: string) => !said.has(text) && said.add(text);
  return (record) => {
    const event = parseEvent(record);
    if (event === undefined) return recordLines(record, context);
    if (event.event === 'device_allocated') return [];
    if (event.event === 'certificate_unmanaged' && !isNew(`${event.dps} ${event.entry}`)) return [];
    const described = describeEvent(event, { nameOf: context.nameOf, now: new Date(record.at) });
    const because = described.because.filter(isNew);
    return eventLines({ ...described, because }, context.when(record), context.paint);
  };
}
