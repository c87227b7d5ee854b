import type { LifecycleEvent } from '../events.ts';
import type { Documents, Ports } from '../ports.ts';
import { type CaMessage, parseCaMessage } from './ca-message.ts';
import { rememberingPorts } from './happenings.ts';
import type { EndedCa } from './met-obstacles.ts';
import { publishRenewal } from './publish-snapshot.ts';

/** All that is known: the platform says neither why the last run failed nor whether it came to its end. */
const WHY =
  'The renewal failed as often as the queue allows, or its process ended in the middle of it; its errors are in the log';

/**
 * Says that a message was given up, in the log and on the status page.
 * @param message body of a queue message, whatever it is
 */
export async function abandon(
  given: Pick<Ports, 'emit' | 'now'>,
  openDocuments: () => Promise<Documents>,
  message: unknown,
): Promise<void> {
  const { ports, told } = rememberingPorts(given);
  const event = abandoned(message);
  ports.emit(event);
  // What keeps it from being written is reported by the scans.
  const documents = await openDocuments();
  await publishRenewal({ documents, now: ports.now }, endedBy(message, event.message, ports.now()), told());
}

function endedBy(message: unknown, text: string, metAt: Date): readonly EndedCa[] {
  const asked = parseCaMessage(message);
  if (asked === undefined) return [];
  const { force, ...ca } = asked;
  const forced = force !== undefined && { forced: force };
  const met = { severity: 'attention', reason: 'renewal-abandoned', ca, message: text, metAt, ...forced } as const;
  return [{ ca, met: [met], isOver: true }];
}

/** What to say of a message that was given up, with what becomes of its CA now. */
export function abandoned(message: unknown): Extract<LifecycleEvent, { event: 'renewal_abandoned' }> {
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
