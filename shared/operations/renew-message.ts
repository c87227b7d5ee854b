import { explain } from '../lifecycle/reasons.ts';
import type { App } from './app.ts';
import { type CaMessage, parseCaMessage } from './ca-message.ts';
import { renew } from './renew.ts';

/**
 * Renews the CA that a queue message names. A message that names none is refused, once and for all: delivering it again
 * would not make it better.
 * Returns the message to put back on the queue where time ran out.
 * @param message the body as the Functions library parsed it: JSON becomes its value, anything else stays a string
 */
export async function renewMessage(app: App, message: unknown, renewalId: string): Promise<CaMessage | undefined> {
  const asked = parseCaMessage(message);
  if (asked !== undefined) {
    const end = await renew(app, { vaultUrl: asked.vaultUrl, name: asked.name }, renewalId, asked.force);
    return end === 'unfinished' ? asked : undefined;
  }
  const reason = 'malformed-message';
  // Its kind alone: what was put on the wrong queue may be a secret.
  const got = typeof message === 'string' ? `a text of ${message.length} characters` : kindOf(message);
  app.ports.emit({ event: 'renewal_refused', renewalId, reason, message: `${explain(reason)} (it is ${got})` });
  return undefined;
}

function kindOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return message === null ? 'null' : `a ${typeof message}`;
  return Array.isArray(message) ? 'an array' : `an object with ${Object.keys(message).length} members`;
}
