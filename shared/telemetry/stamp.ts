import type { Operation } from './invocation.ts';

// When an event happened, and in which operation. The SDK's `trackEvent` knows neither: it takes the present moment and
// the span that is active, and here there is none. So both travel as attributes of a kind that the SDK never sends
// (`_MS.…`), and a processor of log records puts them where they belong, before the record is exported.

const AT = '_MS.at';
const TRACE_ID = '_MS.traceId';
const SPAN_ID = '_MS.spanId';

/** The attributes that carry it. */
export function stampOf(at: Date, operation: Operation | undefined): Record<string, string> {
  return { [AT]: at.toISOString(), ...(operation && { [TRACE_ID]: operation.traceId, [SPAN_ID]: operation.spanId }) };
}

/** What of a log record of OpenTelemetry is read here. */
interface Stamped {
  readonly attributes: { readonly [key: string]: unknown };
}

/** The processor of log records. */
export function stampRecords() {
  return {
    onEmit: (record: Stamped): void => {
      const { [AT]: at, [TRACE_ID]: traceId, [SPAN_ID]: spanId } = record.attributes;
      if (typeof at === 'string') Object.assign(record, { hrTime: hrTimeOf(new Date(at)) });
      // The flag 1: sampled (W3C Trace Context, section 3.2.2.5).
      if (traceId !== undefined) Object.assign(record, { spanContext: { traceId, spanId, traceFlags: 1 } });
    },
    forceFlush: async (): Promise<void> => undefined,
    shutdown: async (): Promise<void> => undefined,
  };
}

/** Seconds and the nanoseconds beyond, as OpenTelemetry has times. */
function hrTimeOf(at: Date): [number, number] {
  const milliseconds = at.getTime();
  return [Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1_000_000];
}
