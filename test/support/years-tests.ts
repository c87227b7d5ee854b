import { describe, expect, it } from 'vitest';
import { liveForYears, type YearsReport } from './years-life.ts';

const LONG_MS = 2 * 3_600_000;
/** In so many days each of the meddlings is done at least once, with every seed. */
const LONG_LIFE_DAYS = 3_650;
/** At most so many days pass, on the average, between two renewals and between two entries that retire. */
const [DAYS_PER_RENEWAL, DAYS_PER_RETIREMENT] = [40, 30];
/** What is shown of a life that went wrong: the first things, and not all that came of them. */
const MOST_SHOWN = 10;

/**
 * Tests that live through years of daily scans, one for each seed, and print what each has come to.
 * `SEED=3 DAYS=400 npm test -- test/years/ten-years` lives through one of them again.
 * @param kept which seeds are of this kind, where one is asked for
 */
export function describeYears(seeds: readonly number[], days: number, kept: (seed: number) => boolean): void {
  const { SEED, DAYS } = process.env;
  const wanted = SEED === undefined ? seeds : [Number(SEED)].filter(kept);
  const length = DAYS === undefined ? days : Number(DAYS);
  describe(`${length} daily scans of three levels of CAs and five DPS`, () => {
    it.for(wanted)(
      'strand nobody, whoever meddles and whatever fails, and settle (seed %i)',
      { timeout: LONG_MS },
      async (seed) => {
        const report = await liveForYears(seed, length);
        console.log(lineOf(seed, report));
        const replay = `SEED=${seed} DAYS=${length} npm test -- test/years/ten-years`;
        const violations = report.violations.slice(0, MOST_SHOWN);
        expect({ replay, violations, left: report.left }).toEqual({ replay, violations: [], left: [] });
        // Otherwise there was nothing to withstand, or nothing was done.
        expect(report.faults).toBeGreaterThan(0);
        expect(report.renewals).toBeGreaterThanOrEqual(Math.floor(length / DAYS_PER_RENEWAL));
        expect(report.retirements).toBeGreaterThanOrEqual(Math.floor(length / DAYS_PER_RETIREMENT));
        if (length >= LONG_LIFE_DAYS) expect(report.untried).toEqual([]);
        expect(report.meddlings.size).toBeGreaterThan(0);
      },
    );
  });
}

function lineOf(seed: number, { scans, renewals, retirements, meddlings, faults, violations }: YearsReport): string {
  const meddled = [...meddlings.values()].reduce((sum, count) => sum + count, 0);
  return (
    `seed ${seed}: ${scans} scans, ${renewals} renewals, ${retirements} retirements, ${meddled} meddlings, ` +
    `${faults} faults, violations: ${violations.length}`
  );
}
