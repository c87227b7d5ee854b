import type { Bench } from './bench.ts';
import { inChild } from './in-child.ts';
import { compared } from './statistics.ts';

const ENROLLMENTS = 1_000_000;
const PAIRS = 5;
/**
 * In Node.js 24 the young generation grows to 96 MB where something outlives its collections, in Node.js 22 to half of
 * that: what is in use is the same.
 */
const SMALL_YOUNG_GENERATION = ['--max-semi-space-size=16'];

interface Read {
  readonly ms: number;
  readonly maxRssMb: number;
}

/** What a DPS that is full costs a scan. */
export const scan: Bench = {
  name: 'scan',
  floor: 'the same pages and JSON.parse alone: without that nobody knows what an enrollment refers to',
  planted: 'every page is written and read once more',
  async run({ planted }) {
    const reads: Read[] = [];
    const run = async (mode: string, node: readonly string[] = []) =>
      inChild<Read>('./scan-child.ts', [mode, ENROLLMENTS], { node });
    const { ratio, ours, floor } = await compared(
      PAIRS,
      async () => {
        const read = await run(planted ? 'planted' : 'ours');
        reads.push(read);
        return read.ms;
      },
      async () => (await run('floor')).ms,
    );
    const most = Math.max(...reads.map(({ maxRssMb }) => maxRssMb));
    const { maxRssMb } = await run(planted ? 'planted' : 'ours', SMALL_YOUNG_GENERATION);
    return [
      {
        name: 'reading 1,000,000 individual enrollments ÷ JSON.parse of the same pages',
        value: ratio,
        reach: { atMost: 1.3 },
        detail: `${(ours / 1000).toFixed(1)} s ÷ ${(floor / 1000).toFixed(1)} s`,
      },
      {
        name: 'MB of memory at most, reading 1,000,000 individual enrollments, young generation as in Node.js 22',
        value: maxRssMb,
        reach: { atMost: 160 },
        detail: `resident set of the process; ${Math.round(most)} MB with the young generation of Node.js 24`,
      },
    ];
  },
};
