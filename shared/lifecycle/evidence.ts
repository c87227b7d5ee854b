/** What is known of one device: it has left an older version for a newer one, it has not, or neither is proved. */
export type Finding = 'moved' | 'old' | 'unknown';

export interface EvidenceCounts {
  readonly moved: number;
  readonly old: number;
  readonly unknown: number;
}

/** What registrations prove of the devices of one enrollment, or of several, with regard to one older version. */
export interface Evidence {
  /** Thumbprint of the older version: SHA-1 of the DER, upper-case hex. It says nothing of any other one. */
  readonly of: string;
  /** `moved`: every device, and at least one. `old`: some device is proved to depend on the older version. */
  readonly kind: Finding;
  readonly counts: EvidenceCounts;
  /** The first registrationIds that are not `moved`; devices are counted by the million. */
  readonly stragglers: readonly string[];
  /** What keeps anything from being proved, where that is not a device: in words. */
  readonly obstacle: string | undefined;
  /** When a device last registered that is proved to depend on the older version. */
  readonly lastOld: Date | undefined;
}

const MOST_STRAGGLERS = 20;

/** What is known before any device was looked at: nothing, which is not that all have moved. */
export function noEvidence(of: string, obstacle?: string): Evidence {
  return {
    of,
    kind: 'unknown',
    counts: { moved: 0, old: 0, unknown: 0 },
    stragglers: [],
    obstacle,
    lastOld: undefined,
  };
}

/**
 * Evidence with one more device in it. Its size does not grow with their number.
 * @param at when the device registered, as far as that is proved
 */
export function addFinding(sum: Evidence, registrationId: string, finding: Finding, at: Date | undefined): Evidence {
  const counts = { ...sum.counts, [finding]: sum.counts[finding] + 1 };
  const isNamed = finding !== 'moved' && sum.stragglers.length < MOST_STRAGGLERS;
  return {
    ...sum,
    counts,
    kind: kindOf(counts, sum.obstacle),
    stragglers: isNamed ? [...sum.stragglers, registrationId] : sum.stragglers,
    lastOld: finding === 'old' ? later(sum.lastOld, at) : sum.lastOld,
  };
}

/** What two enrollments prove together: moved only if both do. Throws an Error if they are of different versions. */
export function joinEvidence(a: Evidence, b: Evidence): Evidence {
  if (a.of !== b.of) throw new Error(`Cannot join evidence of ${a.of} with evidence of ${b.of}`);
  const counts = {
    moved: a.counts.moved + b.counts.moved,
    old: a.counts.old + b.counts.old,
    unknown: a.counts.unknown + b.counts.unknown,
  };
  const kinds = [a.kind, b.kind];
  return {
    of: a.of,
    kind: kinds.includes('old') ? 'old' : kinds.includes('unknown') ? 'unknown' : 'moved',
    counts,
    stragglers: [...a.stragglers, ...b.stragglers].slice(0, MOST_STRAGGLERS),
    obstacle: a.obstacle ?? b.obstacle,
    lastOld: later(a.lastOld, b.lastOld),
  };
}

/** Evidence in words: how many devices, the first of those that have not moved, and what keeps it from being more. */
export function describeEvidence({ counts, stragglers, obstacle }: Evidence): string {
  const { moved, old, unknown } = counts;
  const left = old + unknown;
  const names = stragglers.length === 0 ? '' : ` (${stragglers.join(', ')}${left > stragglers.length ? ', …' : ''})`;
  const none = moved + left === 0 && obstacle === undefined ? ', no device has registered' : '';
  return `${moved} moved, ${old} old, ${unknown} unknown${names}${none}${obstacle === undefined ? '' : `, ${obstacle}`}`;
}

function kindOf({ moved, old, unknown }: EvidenceCounts, obstacle: string | undefined): Finding {
  if (old > 0) return 'old';
  return unknown > 0 || moved === 0 || obstacle !== undefined ? 'unknown' : 'moved';
}

function later(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
