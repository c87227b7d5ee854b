import type { LifecycleEvent } from '../events.ts';

type ScanCompleted = Extract<LifecycleEvent, { readonly event: 'scan_completed' }>;

// Application Insights cuts a line of the log after 32,768 characters, and half an event is none: no alert could read it.
// A vault's URL and a name are at most 200 characters together, a DPS's resource id is at most 350.
const MOST_RENEWING = 40;
const MOST_DUE = 25;
const MOST_FAILURES = 20;
const LONGEST_MESSAGE = 350;

/** A scan's event, of its lists the first, and how many are left out. */
export function boundedScan(event: ScanCompleted): ScanCompleted {
  const { renewing, due, failures } = event;
  const leftOut = {
    ...(renewing.length > MOST_RENEWING && { renewing: renewing.length - MOST_RENEWING }),
    ...(due.length > MOST_DUE && { due: due.length - MOST_DUE }),
    ...(failures.length > MOST_FAILURES && { failures: failures.length - MOST_FAILURES }),
  };
  return {
    ...event,
    renewing: renewing.slice(0, MOST_RENEWING),
    due: due.slice(0, MOST_DUE),
    failures: failures.slice(0, MOST_FAILURES).map((failure) => ({ ...failure, message: shortened(failure.message) })),
    ...(Object.keys(leftOut).length > 0 && { leftOut }),
  };
}

function shortened(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE - 1)}…`;
}
