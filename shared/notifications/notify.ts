import { type LifecycleEvent, NOTIFIABLE, needsAttention } from '../events.ts';
import type { JsonObject } from '../json.ts';
import type { Documents } from '../ports.ts';
import type { NotificationSettings } from '../report-settings.ts';
import type { NotificationFormat } from '../setting-values.ts';
import type { After } from '../within.ts';
import { type Digest, digestOf } from './digest.ts';
import { formatJson } from './format-json.ts';
import { formatSlack } from './format-slack.ts';
import { formatTeams } from './format-teams.ts';
import { rememberNotified, unnotified } from './notified.ts';
import { post, type Wire } from './post.ts';

const FORMATS: Readonly<Record<NotificationFormat, (digest: Digest) => JsonObject>> = {
  json: formatJson,
  slack: formatSlack,
  teams: formatTeams,
};

/** Whether somebody wants to be notified of an event; where nothing is set: what needs a person, and the ends of renewals. */
export function isWanted(event: LifecycleEvent, { events }: Pick<NotificationSettings, 'events'>): boolean {
  if (events !== undefined) return new Set<string>(events).has(event.event);
  const isEnd = event.event === 'certificate_trusted' || event.event === 'certificate_retired';
  return NOTIFIABLE[event.event] && (isEnd || needsAttention(event));
}

/** What notifying needs of the world. */
export interface NotifyWorld {
  readonly wire: Wire;
  readonly documents: Documents;
  readonly after: After;
}

/**
 * Notifies of the events of one invocation, in one message; of what somebody has been notified of lately not again.
 * Throws an Error that says why nobody could be notified, without the address.
 * @returns remembers that it was done, which is another matter: it has been sent, and if that cannot be remembered it is
 * sent again
 */
export async function notify(
  { wire, documents, after }: NotifyWorld,
  { url, format, statusPage }: NotificationSettings,
  events: readonly LifecycleEvent[],
  until: Date,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const due = await unnotified(documents, events, wire.now(), after);
  if (due.length === 0) return async () => undefined;
  await post(wire, url, JSON.stringify(FORMATS[format](digestOf(due, statusPage))), until, signal);
  return () => rememberNotified(documents, due, wire.now());
}
