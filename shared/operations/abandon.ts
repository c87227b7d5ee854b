import type { LifecycleEvent } from '../events.ts';
import { type CaMessage, parseCaMessage } from './ca-message.ts';

/** All that is known: the platform says neither why the last run failed nor whether it came to its end. */
const WHY =
  'The renewal failed as often as the queue allows, or its process ended in the middle of it; its errors are in the log';

/** What to say of a message that was given up, with what becomes of its CA now. */
export function abandoned(message: unknown): LifecycleEvent {
  const ca = parseCaMessage(message);
  return {
    event: 'renewal_abandoned',
    ...(ca && { ca: ca.name, vault: ca.vaultUrl }),
    message: `${WHY}. ${whatNext(ca)}`,
  };
}

/** Nothing is lost with a message of the scan; what a person has asked for is nowhere else. */
function whatNext(ca: CaMessage | undefined): string {
  if (ca === undefined) return 'The message names no CA, so nothing comes of it any more.';
  if (ca.force === undefined) return 'If there is still something to do, the next scan tries again.';
  return `It was asked for, to replace ${ca.force} now, which no scan does: ask again.`;
}
