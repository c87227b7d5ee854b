import type { RefusalReason } from './lifecycle/reasons.ts';

/** The world is not as it was when the decision was made: observe again, decide again. Never reaches a person. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** Repeating it will not help: a person must act. `reason` is the code that events, docs and alerts use. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

// Everything else is transient: the queue delivers the message again, later.

/** The text of whatever was thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
