import { type LifecycleEvent, NOTIFIABLE, needsAttention } from '../events.ts';
import type { JsonObject } from '../json.ts';
import type { Documents } from '../ports.ts';
import type { NotificationSettings } from '../report-settings.ts';
import type { NotificationFormat } from '../setting-values.ts';
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

/**
 * Notifies of the events of one invocation, in one message; of what somebody has been notified of lately not again.
 * Throws an Error that says why nobody could be notified, without the address.
 */
export async function notify(
  { wire, documents }: { readonly wire: Wire; readonly documents: Documents },
  { url, format, statusPage }: NotificationSettings,
  events: readonly LifecycleEvent[],
  until: Date,
  signal: AbortSignal,
): Promise<void> {
  const due = await unnotified(documents, events, wire.now());
  if (due.length === 0) return;
  await post(wire, url, JSON.stringify(FORMATS[format](digestOf(due, statusPage))), until, signal);
  // It has been sent. If that cannot be remembered it is sent again, and the scan says that storage does not answer.
  await rememberNotified(documents, due, wire.now()).catch(() => undefined);
}
