import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReference, type ReferenceDecision } from '../../../../shared/lifecycle/reference-decision.ts';
import { emptyTally, tally } from '../../../../shared/lifecycle/reference-tally.ts';
import { days, NOW } from '../../../support/builders.ts';
import { counted } from '../../../support/counts.ts';
import { enrollment, lineage, stamp, thumbprintOf, wishes } from './reference-builders.ts';

interface Decided {
  readonly id: string;
  readonly decision: ReferenceDecision;
}

/** Of an enrollment with this pair, last changed so many days ago; older versions go by `wish`. */
function decided(pair: string, index: number, daysAgo = 100, wish = wishes()): Decided {
  const asked = enrollment('caReferences', pair, { lastUpdatedDateTimeUtc: stamp(days(-daysAgo)) });
  return { id: `e-${index}`, decision: decideReference(asked, lineage(), wish, NOW) };
}

const sumOf = (all: readonly Decided[]) =>
  all.reduce(
    (sum, { id, decision }) => tally(sum, decision, { ...enrollment('caReferences', '--'), id }),
    emptyTally(),
  );

describe('tally', () => {
  it('counts moves, releases, waits and refusals by reason, with the enrollments', () => {
    const pairs = ['O-', 'NO', 'N-', 'OF', 'D-', '-F', 'P-'];
    expect(sumOf(pairs.map((pair, index) => decided(pair, index)))).toEqual({
      notOurs: 1,
      settled: 1,
      stays: {},
      moves: {
        'reference-behind': { count: 2, examples: ['e-0', 'e-6'] },
        'rolled-back': { count: 1, examples: ['e-4'] },
      },
      releases: { 'overlap-over': { count: 1, examples: ['e-1'] } },
      waits: {},
      refusals: { 'both-slots-taken': { count: 1, examples: ['e-3'] } },
      former: {
        // O-, NO (100 days ago, plus 30), OF
        [thumbprintOf('O')]: { held: 3, releasable: 1, withoutEnd: 2, latestOverlapEnd: days(-70) },
        [thumbprintOf('D')]: { held: 1, releasable: 0, withoutEnd: 1, latestOverlapEnd: undefined },
        [thumbprintOf('P')]: { held: 1, releasable: 0, withoutEnd: 1, latestOverlapEnd: undefined },
      },
    });
  });

  it('keeps the latest end of an overlap, in whatever order they come', () => {
    for (const ages of [
      [3, 1, 2],
      [1, 2, 3],
      [2, 3, 1],
    ]) {
      const { former } = sumOf(ages.map((age, index) => decided('NO', index, age)));
      expect(former[thumbprintOf('O')]?.latestOverlapEnd).toEqual(days(29));
    }
  });

  it('counts by its reason what stays beside the newest, with the latest end of that in whatever order they come', () => {
    for (const ages of [
      [3, 1, 2],
      [1, 2, 3],
      [2, 3, 1],
    ]) {
      const never = decided('NO', 3, 1, wishes({ retire: 'never' }));
      const { stays, settled } = sumOf([...ages.map((age, index) => decided('NO', index, age)), never]);
      expect(settled).toBe(4);
      expect(stays).toEqual({
        'overlap-running': { count: 3, examples: ['e-0', 'e-1', 'e-2'], until: days(29) },
        'retire-never': { count: 1, examples: ['e-3'], until: undefined },
      });
    }
  });

  it('knows the latest end even where another one of the same reason has none', () => {
    const [withEnd, without] = [decided('NO', 0, 1), decided('NO', 1, 1)];
    const { decision } = without;
    if (decision.step !== 'settled' || decision.stays === undefined) throw new Error('an older version should stay');
    const { until: _, ...stays } = decision.stays;
    const endless = { ...without, decision: { ...decision, stays } };
    for (const all of [
      [withEnd, endless],
      [endless, withEnd],
    ])
      expect(sumOf(all).stays['overlap-running']).toMatchObject({ count: 2, until: days(29) });
  });

  it('does not grow with the number of enrollments', () => {
    const { waits, settled } = sumOf(Array.from({ length: 1000 }, (_, index) => decided('OP', index, 1)));
    expect(settled).toBe(0);
    expect(waits['older-generation-in-use']?.count).toBe(1000);
    expect(waits['older-generation-in-use']?.examples).toEqual(Array.from({ length: 20 }, (_, index) => `e-${index}`));
  });

  it('leaves the sum alone that it adds to', () => {
    const before = sumOf([decided('NO', 1)]);
    const copy = structuredClone(before);
    tally(before, decided('O-', 2).decision, enrollment('caReferences', 'O-'));
    expect(before).toEqual(copy);
  });

  it('is what counting them one by one gives', () => {
    const letter = fc.constantFrom(...'NOPDFU-');
    const pairs = fc.array(fc.tuple(letter, letter, fc.integer({ min: 0, max: 60 })), { maxLength: 60 });
    fc.assert(
      fc.property(pairs, (list) => {
        const all = list.map(([primary, secondary, age], index) => decided(primary + secondary, index, age));
        expect(sumOf(all)).toEqual(naiveSum(all));
      }),
      { numRuns: counted(300, 10_000) },
    );
  });
});

/** The same sum with nothing shared: every figure counted by a pass of its own over all decisions. */
function naiveSum(all: readonly Decided[]): unknown {
  const countsOf = (step: string) => {
    const these = all.filter(({ decision }) => decision.step === step);
    const reasonOf = ({ decision }: Decided) => ('reason' in decision ? decision.reason : '');
    return Object.fromEntries(
      [...new Set(these.map(reasonOf))].map((reason) => {
        const ids = these.filter((each) => reasonOf(each) === reason).map(({ id }) => id);
        return [reason, { count: ids.length, examples: ids.slice(0, 20) }];
      }),
    );
  };
  const uses = all.flatMap(({ decision }) => decision.former);
  const former = [...new Set(uses.map(({ thumbprint }) => thumbprint))].map((thumbprint) => {
    const these = uses.filter((use) => use.thumbprint === thumbprint);
    const ends = these.map(({ overlapEnds }) => overlapEnds).filter((end) => end !== undefined);
    const [latestOverlapEnd] = ends.sort((a, b) => b.getTime() - a.getTime());
    const releasable = these.filter(({ isReleasable }) => isReleasable).length;
    return [thumbprint, { held: these.length, releasable, withoutEnd: these.length - ends.length, latestOverlapEnd }];
  });
  const settled = all.flatMap(({ id, decision }) => (decision.step === 'settled' ? { id, stay: decision.stays } : []));
  const waiting = all.flatMap(({ id, decision }) => (decision.step === 'wait' ? { id, stay: decision } : []));
  const untilLast = (resting: readonly (typeof settled | typeof waiting)[number][]) =>
    [...new Set(resting.flatMap(({ stay }) => stay?.reason ?? []))].map((reason) => {
      const these = resting.filter(({ stay }) => stay?.reason === reason);
      const ends = these.map(({ stay }) => stay?.until).filter((end) => end !== undefined);
      const [until] = ends.sort((a, b) => b.getTime() - a.getTime());
      return [reason, { count: these.length, examples: these.map(({ id }) => id).slice(0, 20), until }];
    });
  return {
    notOurs: all.filter(({ decision }) => decision.step === 'not-ours').length,
    settled: settled.length,
    stays: Object.fromEntries(untilLast(settled)),
    moves: countsOf('move'),
    releases: countsOf('release'),
    waits: Object.fromEntries(untilLast(waiting)),
    refusals: countsOf('refuse'),
    former: Object.fromEntries(former),
  };
}
