import { describe, expect, it } from 'vitest';
import type { ReadLane } from '../../../shared/lifecycle/lineage-in.ts';
import type { Observed, ObservedService } from '../../../shared/lifecycle/observed.ts';
import {
  isTrustedEverywhere,
  moveStep,
  restingReferences,
  retireStep,
  tallyOf,
} from '../../../shared/lifecycle/reference-lane.ts';
import { emptyTally, type Tally } from '../../../shared/lifecycle/reference-tally.ts';
import { days, entry, generation, group, NOW, observed, service, version, WISHES } from '../../support/builders.ts';

const [NEWEST, OLD, OLDER] = ['B', 'A', '9'].map((letter) => letter.repeat(40)) as [string, string, string];
const OF_NEWEST = entry({ name: 'new', thumbprint: NEWEST, updated: days(-10) });
const OF_OLD = entry({ name: 'old', thumbprint: OLD });
const OF_OLDER = entry({ name: 'older', thumbprint: OLDER, notAfter: days(-1) });
const OLDER_STILL_VALID = { ...OF_OLDER, notAfter: days(15) };

/** A CA whose newest generation is ten days old; the one before has 65 days left, and one before that has expired. */
function ca(wishes: Partial<Observed['referenceWishes']> = {}, services: readonly ObservedService[] = []): Observed {
  return observed(
    { referenceWishes: { ...WISHES, ...wishes }, services },
    {
      generations: [
        { ...generation({ thumbprint: NEWEST, notAfter: days(300) }, 'v3'), createdOn: days(-10) },
        generation({ thumbprint: OLD }, 'v2'),
      ],
      versions: [
        version('v3', NEWEST, days(-10)),
        version('v2', OLD, days(-300)),
        version('v1', OLDER, days(-600), false),
      ],
    },
  );
}

function lane(entries: ReadLane['entries'], ...enrollments: ReturnType<typeof group>[]): ReadLane {
  return { ...service(entries), referring: { kind: 'all', enrollments } };
}

/** What a function makes of a lane and the sum of its references. */
function of<T>(
  decide: (observed: Observed, service: ReadLane, sum: Tally, now: Date) => T,
  service: ReadLane,
  wishes: Partial<Observed['referenceWishes']> = {},
  now = NOW,
): T {
  const given = ca(wishes);
  const sum = tallyOf(given, service, now);
  if (sum === undefined) throw new Error('the enrollments of this lane should be readable');
  return decide(given, service, sum, now);
}

describe('tallyOf', () => {
  it('sums up the decisions on all enrollments', () => {
    const mine = lane([OF_NEWEST, OF_OLD], group('a', 'old'), group('b', 'new'), group('c', 'stranger'));
    expect(tallyOf(ca(), mine, NOW)).toMatchObject({
      notOurs: 1,
      settled: 1,
      moves: { 'reference-behind': { count: 1, examples: ['a'] } },
    });
  });

  it('takes the sum that was made while they were read, where they are too many to hold', () => {
    const tally = { ...emptyTally(), settled: 5_000 };
    expect(tallyOf(ca(), { ...service(), referring: { kind: 'many', tally } }, NOW)).toBe(tally);
  });

  it('has none where they could not be read', () => {
    const referring = { kind: 'unreadable', detail: 'timeout' } as const;
    expect(tallyOf(ca(), { ...service(), referring }, NOW)).toBeUndefined();
  });
});

describe('retireStep', () => {
  const OVERLAP = { retire: 'overlap' } as const;

  it('has what may go leave its references before any entry is deleted', () => {
    const mine = lane([OF_NEWEST, OF_OLD, OF_OLDER], group('a', 'new', 'old'));
    expect(of(retireStep, mine, OVERLAP, days(31))).toEqual({
      step: 'retire',
      reason: 'overlap-over',
      thumbprint: OLD,
      entry: undefined,
    });
  });

  it.each([
    ['no reference holds, and which has expired', lane([OF_NEWEST, OF_OLD, OF_OLDER]), {}, days(31), OF_OLDER],
    ['no reference holds, with the overlap over', lane([OF_NEWEST, OF_OLD]), OVERLAP, days(31), OF_OLD],
  ])('deletes an entry that %s', (_, mine, wishes, now, gone) => {
    expect(of(retireStep, mine, wishes, now)).toMatchObject({ thumbprint: gone.thumbprint, entry: gone });
  });

  it.each<[string, ReadLane, Partial<Observed['referenceWishes']>, Date]>([
    ['a reference still holds alone', lane([OF_NEWEST, OF_OLD], group('a', 'old')), OVERLAP, days(31)],
    ['is within its overlap', lane([OF_NEWEST, OF_OLD], group('a', 'new', 'old')), OVERLAP, NOW],
    ['has not expired', lane([OF_NEWEST, OF_OLD]), {}, days(31)],
    ['is never to go', lane([OF_NEWEST, OF_OLDER]), { retire: 'never' }, days(31)],
    ['has no verified successor', lane([{ ...OF_NEWEST, isVerified: false }, OF_OLD]), OVERLAP, days(31)],
    ['a certificate that is unexpired chains to', { ...lane([OF_OLD]), embeddedBelow: ['x'] }, OVERLAP, days(31)],
    ['is the newest', lane([OF_NEWEST]), OVERLAP, days(31)],
    ['is nobody’s', lane([OF_NEWEST, entry({ thumbprint: '1'.repeat(40) })]), OVERLAP, days(31)],
  ])('keeps an entry that %s', (_, mine, wishes, now) => {
    expect(of(retireStep, mine, wishes, now)).toBeUndefined();
  });

  it('keeps an entry that references hold which are too many to be held here', () => {
    const former = { [OLD]: { held: 5_000, releasable: 0, withoutEnd: 0, latestOverlapEnd: undefined } };
    const many = (tally: Tally): ReadLane => ({ ...service([OF_NEWEST, OF_OLD]), referring: { kind: 'many', tally } });
    expect(of(retireStep, many({ ...emptyTally(), former }), OVERLAP, days(31))).toBeUndefined();
    expect(of(retireStep, many(emptyTally()), OVERLAP, days(31))).toMatchObject({ entry: OF_OLD });
  });
});

describe('moveStep', () => {
  it('counts the references that are behind, if there are any', () => {
    const [behind, done] = [group('a', 'old'), group('b', 'new')];
    const stepFor = (...groups: ReturnType<typeof group>[]) =>
      of((_, __, sum) => moveStep(sum), lane([OF_NEWEST, OF_OLD], ...groups));
    expect(stepFor(behind, done, { ...behind, id: 'c' })).toEqual({
      step: 'move',
      reason: 'reference-behind',
      count: 2,
    });
    expect(stepFor(done)).toBeUndefined();
  });
});

describe('restingReferences', () => {
  const REFUSED = group('r', 'old', 'stranger');
  const WAITING = group('w', 'old', 'older');
  /** When the first of the two versions that it holds has expired, by any clock. */
  const WAITS_UNTIL = new Date(days(15).getTime() + 600_000);
  const STAYING = group('s', 'new', 'old', days(-5));

  it.each<[string, ReadLane, object]>([
    [
      'what a person must see, before all',
      lane([OF_NEWEST, OF_OLD, OLDER_STILL_VALID], STAYING, WAITING, REFUSED),
      { step: 'refuse', reason: 'both-slots-taken', detail: '1 enrollment: r' },
    ],
    [
      'what keeps the newest out',
      lane([OF_NEWEST, OF_OLD, OLDER_STILL_VALID], STAYING, WAITING),
      { step: 'wait', reason: 'older-generation-in-use', until: WAITS_UNTIL, detail: '1 enrollment: w' },
    ],
    [
      'what keeps the older one in a reference, with the latest end of that',
      lane([OF_NEWEST, OF_OLD], STAYING, group('t', 'new', 'old', days(-2))),
      { step: 'wait', reason: 'overlap-running', until: days(28), detail: '2 enrollments: s, t' },
    ],
    [
      'what keeps its entry',
      lane([OF_NEWEST, OF_OLD], group('n', 'new')),
      { step: 'wait', reason: 'overlap-running', until: days(20), detail: "entry 'old'" },
    ],
    ['that nothing is left', lane([OF_NEWEST], group('n', 'new')), { step: 'wait', reason: 'settled' }],
  ])('says %s', (_, mine, expected) => {
    expect(of(restingReferences, mine, { retire: 'overlap' })).toEqual(expected);
  });

  it('names a few of many enrollments', () => {
    const groups = Array.from({ length: 21 }, (_, index) => ({ ...STAYING, id: `g-${index}` }));
    const { detail } = of(restingReferences, lane([OF_NEWEST, OF_OLD], ...groups));
    expect(detail).toMatch(/^21 enrollments: g-0, g-1, .*g-19, …$/);
  });

  it('gives no end where none is known', () => {
    const resting = of(restingReferences, lane([OF_NEWEST, OF_OLD], STAYING), { retire: 'never' });
    expect(resting).toEqual({ step: 'wait', reason: 'retire-never', detail: '1 enrollment: s' });
  });
});

describe('isTrustedEverywhere', () => {
  const UNVERIFIED = { ...OF_NEWEST, isVerified: false };
  const AGAIN = { ...UNVERIFIED, name: 'unproved' };

  it.each<[boolean, string, ObservedService]>([
    [true, 'it is verified and nothing refers to an older one', lane([OF_NEWEST, OF_OLD])],
    [true, 'it stands beside the older one', lane([OF_NEWEST, OF_OLD], group('a', 'new', 'old'))],
    [true, 'enrollments are none of its business', lane([OF_NEWEST], group('a', 'stranger'))],
    [true, 'no entry of its own is needed', { ...lane([]), registers: false }],
    [false, 'it is not there', lane([OF_OLD])],
    [false, 'it is not verified', lane([UNVERIFIED])],
    [false, 'a reference is behind', lane([OF_NEWEST, OF_OLD], group('a', 'old'))],
    [
      false,
      'a reference has no place for it yet',
      lane([OF_NEWEST, OF_OLD, OLDER_STILL_VALID], group('a', 'old', 'older')),
    ],
    [false, 'a reference has no place for it', lane([OF_NEWEST, OF_OLD], group('a', 'old', 'stranger'))],
    [false, 'a reference holds it unverified', lane([OF_NEWEST, OF_OLD, AGAIN], group('a', 'unproved', 'old'))],
    [false, 'a reference holds nothing but it, unverified', lane([OF_NEWEST, AGAIN], group('a', 'unproved'))],
    [false, 'a stranger stands beside it, unverified', lane([OF_NEWEST, AGAIN], group('a', 'unproved', 'stranger'))],
    [
      false,
      'nobody knows what refers to it',
      { ...lane([OF_NEWEST]), referring: { kind: 'unreadable', detail: 'timeout' } },
    ],
    [false, 'the DPS cannot be read', { kind: 'unreadable', id: '/dps/dps-2', name: 'dps-2', detail: 'timeout' }],
  ])('is %s where %s', (expected, _, mine) => {
    expect(isTrustedEverywhere(ca({}, [mine]), NOW)).toBe(expected);
    // Elsewhere all is well, and that makes no difference.
    expect(isTrustedEverywhere(ca({}, [lane([OF_NEWEST]), mine]), NOW)).toBe(expected);
  });
});
