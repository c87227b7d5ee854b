import type { LifecycleEvent } from '../events.ts';
import { adviceOn } from '../operations/advice.ts';
import type { Notice } from './notice.ts';

/** Chat is no place for a page of text; the log and the status page have all of it. */
const LONGEST_TEXT = 300;

/** Puts an event into words. Names and messages come from elsewhere: whoever formats a notice escapes them. */
export function noticeOf(event: LifecycleEvent): Notice {
  const toDo = event.event === 'renewal_refused' ? adviceOn(event.reason) : undefined;
  return { event, subject: shortened(subjectOf(event)), text: shortened(textOf(event)), ...(toDo && { toDo }) };
}

function subjectOf(event: LifecycleEvent): string {
  switch (event.event) {
    case 'scan_completed':
      return 'The scan';
    case 'settings_invalid':
      return 'Settings';
    case 'certificate_unmanaged':
      return `${event.entry} in ${lastOf(event.dps)}`;
    case 'attestation_lost':
      return event.registrationId ?? 'A message';
    case 'enrollment_moved':
      return `${event.enrollment} in ${lastOf(event.dps)}`;
    default: {
      const { ca, vault, dps } = event as Partial<Record<string, unknown>>;
      if (typeof ca !== 'string') return 'A message';
      const where = [vault, dps].flatMap((each) => (typeof each === 'string' ? lastOf(each) : []));
      return where.length > 0 ? `${ca} (${where.join(', ')})` : ca;
    }
  }
}

function textOf(event: LifecycleEvent): string {
  switch (event.event) {
    case 'scan_completed':
      return textOfScan(event);
    case 'settings_invalid':
      return event.faults.join('; ');
    case 'certificate_unmanaged':
      return event.notAfter === undefined ? 'When it expires is unknown.' : `Expires on ${dayOf(event.notAfter)}.`;
    case 'certificate_requested':
      return `A request for ${KEYS[event.key]}.`;
    case 'certificate_issued':
      return `${event.thumbprint}, signed by ${event.issuer}, until ${dayOf(event.notAfter)}.`;
    case 'certificate_trusted':
      return `Version ${event.version}, ${event.thumbprint}, until ${dayOf(event.notAfter)}.`;
    case 'renewal_settled':
      return `${event.steps.join(', ') || 'Nothing was left to do'}; ${event.thumbprint} until ${dayOf(event.notAfter)}.`;
    case 'certificate_uploaded':
    case 'possession_proven':
    case 'certificate_retired':
      return `${event.entry}, ${event.thumbprint}.`;
    case 'version_disabled':
    case 'enrollment_moved':
      return `${event.thumbprint}.`;
    case 'renewal_refused':
      return `${event.reason}: ${event.message}`;
    case 'device_allocated':
      return event.hub;
    default:
      return event.message;
  }
}

const KEYS = { new: 'a new key', same: 'the key it has', seed: 'a new key of a root' } as const;

type ScanCompleted = Extract<LifecycleEvent, { readonly event: 'scan_completed' }>;

function textOfScan({ managed, renewing, waiting, refused, unmanaged, failures, leftOut }: ScanCompleted): string {
  if (failures.length > 0) return failures.map(({ target, message }) => `${lastOf(target)}: ${message}`).join('; ');
  if (managed === 0) return 'No DPS holds a CA certificate of a configured vault, and no CA is tagged dps.';
  const due = renewing.length + (leftOut?.renewing ?? 0);
  return `${managed} managed: ${due} to renew, ${waiting} waiting, ${refused} refused; ${unmanaged} unmanaged.`;
}

/** The name at the end of a resource id; the host of a vault's URL, and what follows it. */
function lastOf(address: string): string {
  return address.startsWith('/') ? (address.split('/').at(-1) ?? address) : address.replace(/^https:\/\//, '');
}

/** The date of an ISO 8601 time. */
function dayOf(time: string): string {
  return time.slice(0, 10);
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
