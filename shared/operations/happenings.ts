import type { EventName, LifecycleEvent } from '../events.ts';
import type { Ports } from '../ports.ts';
import type { Happening } from './snapshot.ts';

/** What is worth telling weeks later. Enrollments move by the thousand, and scans end every hour: they are not. */
const TOLD: ReadonlySet<EventName> = new Set([
  'certificate_requested',
  'certificate_issued',
  'certificate_uploaded',
  'possession_proven',
  'certificate_trusted',
  'certificate_retired',
  'version_disabled',
  'renewal_refused',
  'renewal_abandoned',
] satisfies EventName[]);

const LONGEST_MESSAGE = 400;

/** The same ports, which keep what is emitted through them and worth telling; `told` has it in its order. */
export function rememberingPorts<P extends Pick<Ports, 'emit' | 'now'>>(
  ports: P,
): { readonly ports: P; readonly told: () => readonly Happening[] } {
  const told: Happening[] = [];
  const emit = (event: LifecycleEvent) => {
    if (TOLD.has(event.event)) told.push(happeningOf(event, ports.now()));
    ports.emit(event);
  };
  return { ports: { ...ports, emit }, told: () => told };
}

function happeningOf(event: LifecycleEvent, at: Date): Happening {
  const { ca, vault, dps, thumbprint, notAfter, reason, message } = event as Partial<Record<string, unknown>>;
  const texts = { ca, vault, dps, thumbprint, reason, message: shortened(message) };
  const known = Object.entries(texts).filter(([, value]) => typeof value === 'string');
  const ends = typeof notAfter === 'string' ? { notAfter: new Date(notAfter) } : {};
  return { at, event: event.event, ...Object.fromEntries(known), ...ends };
}

function shortened(message: unknown): unknown {
  if (typeof message !== 'string' || message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, LONGEST_MESSAGE - 1)}…`;
}
