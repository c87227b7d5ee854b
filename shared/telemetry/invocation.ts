import type { Log } from './json-lines.ts';

/** The call of a function that something is said in: its log, and what the host knows it by. */
export interface Invocation extends Log {
  readonly invocationId?: string;
  /** W3C Trace Context, section 3.2: the host's own trace of the call. */
  readonly traceContext?: { readonly traceParent?: string | null | undefined } | undefined;
}

/** A call in the host's trace: what Application Insights calls operation id and parent id. */
export interface Operation {
  readonly traceId: string;
  readonly spanId: string;
}

/** The operation that a call belongs to; `undefined` where the host does not trace it. */
export function operationOf({ traceContext }: Pick<Invocation, 'traceContext'>): Operation | undefined {
  const [, traceId, spanId] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-/.exec(traceContext?.traceParent ?? '') ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}
