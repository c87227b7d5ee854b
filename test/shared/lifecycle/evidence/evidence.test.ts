import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addFinding,
  describeEvidence,
  type Evidence,
  type Finding,
  joinEvidence,
  noEvidence,
} from '../../../../shared/lifecycle/evidence.ts';
import { days } from '../../../support/builders.ts';
import { counted } from '../../../support/counts.ts';

const RUNS = { numRuns: counted(500, 10_000) };
const OF = 'A'.repeat(40);

function sum(findings: readonly Finding[], start: Evidence = noEvidence(OF)): Evidence {
  return findings.reduce((all, finding, index) => addFinding(all, `d${index}`, finding, days(index)), start);
}

describe('the devices of an enrollment', () => {
  it.each<[string, readonly Finding[], string]>([
    ['none', [], 'unknown'],
    ['all moved', ['moved', 'moved'], 'moved'],
    ['one old', ['moved', 'old'], 'old'],
    ['one unknown', ['moved', 'unknown'], 'unknown'],
    ['an old one among unknown ones', ['unknown', 'old', 'unknown'], 'old'],
  ])('%s', (_, findings, kind) => {
    expect(sum(findings).kind).toBe(kind);
  });

  it('prove nothing all together where something keeps the app from looking', () => {
    expect(sum(['moved'], noEvidence(OF, 'not attached')).kind).toBe('unknown');
  });

  it('are named up to twenty, and counted beyond', () => {
    const many = sum(Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 'moved' : 'unknown')));
    expect(many.counts).toEqual({ moved: 25, old: 0, unknown: 25 });
    expect(many.stragglers).toHaveLength(20);
    expect(describeEvidence(many)).toMatch(/^25 moved, 0 old, 25 unknown \(d1, d3, .*d39, …\)$/);
  });

  it('tell when the last old one came', () => {
    expect(sum(['moved', 'old', 'old', 'moved']).lastOld).toEqual(days(2));
  });

  it('are never taken for devices of another version', () => {
    expect(() => joinEvidence(noEvidence(OF), noEvidence('B'.repeat(40)))).toThrow('Cannot join evidence');
  });
});

describe('one device more', () => {
  const finding = fc.constantFrom<Finding>('moved', 'old', 'unknown');
  const findings = fc.array(finding, { minLength: 1, maxLength: 40 });

  it('never turns old or unknown into moved', () => {
    fc.assert(
      fc.property(findings, finding, (before, more) => {
        if (sum(before).kind !== 'moved') expect(sum([...before, more]).kind).not.toBe('moved');
      }),
      RUNS,
    );
  });

  it('counts the same in one enrollment as in two', () => {
    fc.assert(
      fc.property(findings, findings, (here, there) => {
        const joined = joinEvidence(sum(here), sum(there));
        const all = sum([...here, ...there]);
        expect([joined.kind, joined.counts, joined.stragglers.length]).toEqual([
          all.kind,
          all.counts,
          all.stragglers.length,
        ]);
      }),
      RUNS,
    );
  });
});
