import { composeReports, openDocuments } from './compose-reports.ts';
import { abandon } from './operations/abandon.ts';
import type { Invocation } from './telemetry/invocation.ts';

/**
 * Says, put together for one invocation, that a renewal was given up. A composition root of its own: it calls nothing in
 * Azure but the app's storage.
 * @param message body of a queue message, whatever it is
 */
export async function composeAbandoning(invocation: Invocation, message: unknown): Promise<void> {
  const { during, emit } = composeReports(invocation);
  await during(() => abandon({ emit, now: () => new Date() }, openDocuments, message));
}
