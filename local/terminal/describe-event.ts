import type { LifecycleEvent } from '../../shared/events.ts';
import { explain } from '../../shared/lifecycle/reasons.ts';
import { counted, daysBetween, shortName, shortThumbprint } from './layout.ts';

/** An event for people. */
export interface EventDescription {
  /** What happened, in a word. */
  readonly word: string;
  readonly tone: 'good' | 'neutral' | 'bad';
  /** To what. */
  readonly text: string;
  /** Why, in sentences, each a paragraph of its own. */
  readonly because: readonly string[];
}

/** What turns addresses back into the names that people know. */
export interface EventContext {
  /** Name of a vault by its URL, of a DPS by its resource id. What it does not know comes back as it is. */
  readonly nameOf: (address: string) => string;
  readonly now: Date;
}

/** Puts an event of the app into words. Events that are newer than this function show as their name and payload. */
export function describeEvent(event: LifecycleEvent, context: EventContext): EventDescription {
  const { nameOf } = context;
  switch (event.event) {
    case 'scan_completed':
      return describeScan(event, context);
    case 'certificate_unmanaged':
      return neutral('unmanaged', `${event.entry} in ${nameOf(event.dps)}${lifeLeft(event.notAfter, context)}`, [
        'In no configured vault: reported, and never touched.',
      ]);
    case 'certificate_requested': {
      const asked = { new: 'a new key and its CSR', same: 'a CSR for the key it has', seed: 'a new key, with a seed' };
      const text = `${event.ca}: ${asked[event.key]} in ${nameOf(event.vault)}`;
      return good('requested', text, [explain(event.reason)]);
    }
    case 'certificate_issued': {
      const signed = `signed by ${event.issuer}, until ${day(event.notAfter)}`;
      return good('issued', `${event.ca} ${shortThumbprint(event.thumbprint)} ${signed}`, [explain(event.reason)]);
    }
    case 'certificate_uploaded': {
      const text = `${shortName(event.entry, 30)} to ${nameOf(event.dps)}`;
      return good('uploaded', text, [explain(event.reason)]);
    }
    case 'possession_proven': {
      const text = `${shortName(event.entry, 30)}: verified by ${nameOf(event.dps)}`;
      return good('proven', text, [explain(event.reason)]);
    }
    case 'enrollment_moved':
      return describeMoved(event, context);
    case 'certificate_trusted': {
      const text = `${event.ca} ${shortThumbprint(event.thumbprint)}, until ${day(event.notAfter)}`;
      return good('trusted', text, [
        'In place wherever an older version is. Devices may be given certificates of it now.',
      ]);
    }
    case 'certificate_retired': {
      const text = `${shortName(event.entry, 30)} from ${nameOf(event.dps)}`;
      return good('retired', text, [explain(event.reason), ...proofOf(event)]);
    }
    case 'renewal_settled':
      return describeSettled(event, context);
    case 'device_allocated': {
      const from = event.from === undefined || event.from === event.hub ? '' : ` from ${event.from}`;
      const because = event.weights === undefined ? [] : [WEIGHTS_GAPS[event.weights]];
      return good('allocated', `${shortName(event.registrationId, 30)} to ${event.hub}${from}`, because);
    }
    default:
      return describeTrouble(event, context);
  }
}

/** Why all hubs count alike. */
const WEIGHTS_GAPS = {
  absent: 'No scan has read the weights of the hubs yet: all have the weight 1.',
  unreadable: 'The weights of the hubs (status/hubs.json) cannot be read: all have the weight 1.',
  stale: 'No scan has read the weights of the hubs for a week: all have the weight 1.',
} as const;

type EventOf<Name extends LifecycleEvent['event']> = Extract<LifecycleEvent, { event: Name }>;

function describeScan(event: EventOf<'scan_completed'>, { nameOf }: EventContext): EventDescription {
  const { managed, renewing, mode, waiting, refused, unmanaged, failures } = event;
  const due = renewing.length > 0 ? `${renewing.map(({ ca }) => ca).join(', ')} to renew` : 'nothing to renew';
  const others = [...(waiting > 0 ? [`${waiting} waiting`] : []), ...(refused > 0 ? [`${refused} refused`] : [])];
  return {
    word: 'scanned',
    tone: failures.length > 0 || managed === 0 ? 'bad' : 'good',
    text: `${managed} managed: ${[due, ...others].join(', ')}${unmanaged > 0 ? `; ${unmanaged} unmanaged` : ''}`,
    because: [
      ...(mode === 'plan' ? ['MODE=plan: nothing is queued, nothing will be written.'] : []),
      ...failures.map(({ target, message }) => `${nameOf(target)}: ${message}`),
    ],
  };
}

function describeSettled(event: EventOf<'renewal_settled'>, { nameOf }: EventContext): EventDescription {
  const done = event.steps.length > 0 ? event.steps.join(', ') : 'nothing was left to do';
  const waits = event.waits.map(({ lane, reason, until, detail }) => {
    const when = until === undefined ? '' : ` Next: ${day(until)}.`;
    const why = detail === undefined ? explain(reason) : explain(reason).replace(/\.$/, ` (${detail}).`);
    return nameOf(`${lane}: ${why}${when}`);
  });
  return good('settled', `${event.ca} ${shortThumbprint(event.thumbprint)}: ${done}`, waits);
}

/** `retire` is the step that an older version leaves by. */
function describeMoved(event: EventOf<'enrollment_moved'>, { nameOf }: EventContext): EventDescription {
  const what = `${event.kind} ${shortName(event.enrollment, 30)} in ${nameOf(event.dps)}`;
  const to = event.step === 'move' ? `to ${shortThumbprint(event.thumbprint)}` : 'rid of an older version';
  const because = [explain(event.reason), ...proofOf(event)];
  return good(event.step === 'move' ? 'moved' : 'released', `${what}: ${to}`, because);
}

/** What devices have proved, where the older version goes for that. */
function proofOf({ evidence }: EventOf<'enrollment_moved' | 'certificate_retired'>): string[] {
  return evidence === undefined ? [] : [`Proved of ${counted(evidence.moved, 'device')}; none is left.`];
}

function describeTrouble(
  event: Exclude<LifecycleEvent, EventOf<'scan_completed' | 'renewal_settled'>>,
  { nameOf }: EventContext,
): EventDescription {
  switch (event.event) {
    case 'renewal_refused': {
      const where = event.dps === undefined ? '' : ` in ${nameOf(event.dps)}`;
      return bad('refused', `${event.ca ?? 'a message'}${where}: ${event.reason}`, [event.message]);
    }
    case 'renewal_abandoned':
      return bad('given up', event.ca ?? 'a message', [event.message]);
    case 'allocation_denied':
      return bad('denied', `${shortName(event.registrationId ?? 'a request', 30)}: ${event.reason}`, [event.message]);
    case 'attestation_lost':
      return bad('lost', `evidence of ${shortName(event.registrationId ?? 'a message', 30)}`, [event.message]);
    case 'settings_invalid':
      return bad('settings', 'not usable as they are', event.faults);
    case 'telemetry_lost':
      return bad('unsent', 'telemetry', [event.message]);
    case 'notification_lost':
      return bad('unsent', 'notification', [event.message]);
    default: {
      const { event: name, ...payload } = event;
      return neutral(name, '', [JSON.stringify(payload)]);
    }
  }
}

function good(word: string, text: string, because: readonly string[]): EventDescription {
  return { word, tone: 'good', text, because };
}

function neutral(word: string, text: string, because: readonly string[]): EventDescription {
  return { word, tone: 'neutral', text, because };
}

function bad(word: string, text: string, because: readonly string[]): EventDescription {
  return { word, tone: 'bad', text, because };
}

function lifeLeft(notAfter: string | undefined, { now }: EventContext): string {
  return notAfter === undefined ? '' : `, ${counted(daysBetween(now, new Date(notAfter)), 'day')} left`;
}

/** The date of an ISO 8601 time. */
function day(time: string): string {
  return time.slice(0, 10);
}
