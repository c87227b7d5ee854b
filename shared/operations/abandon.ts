import type { LifecycleEvent } from '../events.ts';
import { parseCaMessage } from './ca-message.ts';

/** What to say of a message that failed as often as the queue allows. Nothing is lost: the next scan makes a new one. */
export function abandoned(message: unknown): LifecycleEvent {
  const ca = parseCaMessage(message);
  return {
    event: 'renewal_abandoned',
    ...(ca && { ca: ca.name, vault: ca.vaultUrl }),
    message: 'The renewal failed as often as the queue allows; the next scan tries again. Its errors are in the log.',
  };
}
