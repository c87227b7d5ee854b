import { describe, expect, it } from 'vitest';
import {
  AZURE_BUCKETS,
  type BucketSizes,
  createThrottle,
  type Taken,
  type ThrottledKind,
} from '../../../../local/emulator/resource-manager/throttle.ts';

const SIZES: BucketSizes = {
  reads: { capacity: 3, perSecond: 2 },
  writes: { capacity: 1, perSecond: 0.1 },
  deletes: { capacity: 2, perSecond: 1 },
};
const START = Date.parse('2026-01-01T00:00:00Z');

/** A throttle and a clock: `take` asks once at so many milliseconds from the start. */
function throttleOf(sizes: BucketSizes | undefined = SIZES) {
  const throttle = createThrottle();
  throttle.setSizes(sizes);
  const take = (atMs: number, kind: ThrottledKind = 'reads', actor = 'a'): Taken | undefined =>
    throttle.take(kind, actor, new Date(START + atMs));
  return { throttle, take };
}

describe('a token bucket', () => {
  it('is full at first, and gives as many as it holds at once', () => {
    const { take } = throttleOf();
    expect([take(0), take(0), take(0), take(0)]).toEqual([
      { remaining: 2 },
      { remaining: 1 },
      { remaining: 0 },
      { retryAfter: 1 },
    ]);
  });

  it('refills with time, and is never more than full', () => {
    const { take } = throttleOf();
    for (let taken = 0; taken < 3; taken += 1) take(0);
    expect([take(499), take(500), take(999), take(1000)]).toEqual([
      { retryAfter: 1 },
      { remaining: 0 },
      { retryAfter: 1 },
      { remaining: 0 },
    ]);
    expect(take(3_600_000)).toEqual({ remaining: 2 });
  });

  it('says after how many whole seconds there is one again, and a refusal takes none', () => {
    const { take } = throttleOf();
    take(0, 'writes');
    expect([take(0, 'writes'), take(5_500, 'writes'), take(9_999, 'writes'), take(10_000, 'writes')]).toEqual([
      { retryAfter: 10 },
      { retryAfter: 5 },
      { retryAfter: 1 },
      { remaining: 0 },
    ]);
  });

  it('is another one for each kind and each principal', () => {
    const { take } = throttleOf();
    expect([take(0, 'writes'), take(0, 'writes', 'b'), take(0, 'deletes'), take(0, 'reads')]).toEqual([
      { remaining: 0 },
      { remaining: 0 },
      { remaining: 1 },
      { remaining: 2 },
    ]);
    expect(take(0, 'writes', 'b')).toEqual({ retryAfter: 10 });
  });

  it('is full again when sizes are set, and without a limit when they are taken away', () => {
    const { throttle, take } = throttleOf();
    take(0, 'writes');
    throttle.setSizes(SIZES);
    expect(take(0, 'writes')).toEqual({ remaining: 0 });
    throttle.setSizes(undefined);
    expect(take(0, 'writes')).toBeUndefined();
  });

  it('has the sizes that Azure documents', () => {
    const { take } = throttleOf(AZURE_BUCKETS);
    expect([take(0, 'reads'), take(0, 'writes'), take(0, 'deletes')]).toEqual([
      { remaining: 249 },
      { remaining: 199 },
      { remaining: 199 },
    ]);
  });
});
