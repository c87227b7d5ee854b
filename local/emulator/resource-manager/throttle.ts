/** What the resource manager counts apart. Whatever is neither GET nor DELETE is a write, `listkeys` included. */
export const THROTTLED_KINDS = ['reads', 'writes', 'deletes'] as const;
export type ThrottledKind = (typeof THROTTLED_KINDS)[number];

/** A token bucket: full at first, each request takes one, and so many come back in a second. */
export interface BucketSize {
  readonly capacity: number;
  readonly perSecond: number;
}

export type BucketSizes = Readonly<Record<ThrottledKind, BucketSize>>;

/**
 * The limits of one principal in one subscription. The limit for all principals together, fifteen times that, is not
 * imitated. https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export const AZURE_BUCKETS: BucketSizes = {
  reads: { capacity: 250, perSecond: 25 },
  writes: { capacity: 200, perSecond: 10 },
  deletes: { capacity: 200, perSecond: 10 },
};

/** Says how often the resource manager may be asked. Off, and so without a limit, until sizes are set. */
export interface Throttle {
  /** From now on, with full buckets; `undefined` takes all limits away. */
  setSizes(sizes: BucketSizes | undefined): void;
  /**
   * Counts a request.
   * @param actor whose requests are counted together
   * @returns how many more there may be now, or after how many whole seconds there may be one again; `undefined` while
   *   there is no limit
   */
  take(kind: ThrottledKind, actor: string, now: Date): Taken | undefined;
}

export type Taken = { readonly remaining: number } | { readonly retryAfter: number };

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * ASSUMED: that a refused request takes nothing, and that Retry-After is the time until one token is there, in whole
 * seconds: the shortest that has been seen (1 and 10 have).
 */
export function createThrottle(): Throttle {
  let sizes: BucketSizes | undefined;
  let buckets = new Map<string, Bucket>();
  return {
    setSizes: (given) => {
      sizes = given;
      buckets = new Map();
    },
    take: (kind, actor, now) => {
      if (sizes === undefined) return undefined;
      const { capacity, perSecond } = sizes[kind];
      const key = `${kind} ${actor}`;
      const at = now.getTime();
      const held = buckets.get(key) ?? { tokens: capacity, at };
      const refilled = held.tokens + (Math.max(0, at - held.at) / 1000) * perSecond;
      const tokens = Math.min(capacity, refilled);
      if (tokens < 1) return { retryAfter: Math.max(1, Math.ceil((1 - tokens) / perSecond)) };
      buckets.set(key, { tokens: tokens - 1, at });
      return { remaining: Math.floor(tokens - 1) };
    },
  };
}
