import type { LifecycleEvent } from '../events.ts';
import type { Metric } from '../metrics.ts';
import type { Operation } from './invocation.ts';

/** What one invocation reports, or a part of it. */
export interface Batch {
  readonly invocationId: string | undefined;
  readonly operation: Operation | undefined;
  readonly events: readonly { readonly at: Date; readonly event: LifecycleEvent }[];
  readonly metrics: readonly Metric[];
}

/** Where events and metrics go besides the log. */
export interface Sink {
  /** Sends all of it, and keeps nothing that could not be sent. Throws an Error that says what was not taken, and why. */
  send(batch: Batch): Promise<void>;
}
