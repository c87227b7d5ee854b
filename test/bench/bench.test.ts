import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocation } from './allocation.ts';
import { figureOf, type Measured } from './bench.ts';
import { BENCHES } from './benches.ts';
import { calls } from './calls.ts';
import { criticalPath, NEEDED_CALLS } from './needed-calls.ts';
import { packageBench } from './package.ts';
import { compared, median } from './statistics.ts';

const quiet = () => undefined;
const measured = (value: number, reach: Measured['reach']): Measured => ({ name: 'n', value, reach, detail: '' });

describe('a figure', () => {
  it.each([
    { value: 1.3, reach: { atMost: 1.3 }, reached: true },
    { value: 1.31, reach: { atMost: 1.3 }, reached: false },
    { value: 10, reach: { atLeast: 10 }, reached: true },
    { value: 9.9, reach: { atLeast: 10 }, reached: false },
    { value: Number.NaN, reach: { atMost: 1.3 }, reached: false },
    { value: Number.NaN, reach: { atLeast: 10 }, reached: false },
  ])('of $value is reached by $reach: $reached', ({ value, reach, reached }) => {
    expect(figureOf(measured(value, reach)).reached).toBe(reached);
  });
});

describe('a comparison', () => {
  it('takes the median of the ratios of pairs: a slow moment spoils one pair', async () => {
    const ours = [10, 20, 1000, 20, 20];
    const floor = [10, 10, 10, 10, 10];
    const next = (numbers: number[]) => () => numbers.shift() ?? Number.NaN;
    expect(await compared(5, next(ours), next(floor))).toEqual({ ratio: 2, ours: 20, floor: 10 });
  });

  it('alternates which of the two comes first', async () => {
    const order: string[] = [];
    const named = (name: string) => () => order.push(name);
    await compared(3, named('ours'), named('floor'));
    expect(order).toEqual(['ours', 'floor', 'floor', 'ours', 'ours', 'floor']);
  });

  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
  ])('has the median of %j as %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected);
  });

  it('has no median of nothing', () => {
    expect(() => median([])).toThrow('no numbers');
  });
});

describe('the fewest calls of a renewal', () => {
  it('are on one path as far as each needs the answer of another', () => {
    const call = (name: string, after: string[] = [], trips = 1) => ({ call: name, why: '', after, trips });
    expect(criticalPath([call('a'), call('b'), call('c', ['a', 'b'], 2), call('d', ['a'])])).toBe(3);
    expect(() => criticalPath([call('a', ['b']), call('b')])).toThrow("'a' comes after 'b'");
    expect(criticalPath(NEEDED_CALLS)).toBe(15);
  });

  it('stand in the document, each with why it is needed', () => {
    const text = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    const rows = NEEDED_CALLS.map(({ call, why }) => `| ${call} | ${why} |`);
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  });
});

describe('a bench', () => {
  it('has a name of its own', () => {
    const names = BENCHES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  // `npm run bench` shows that it is reached where none is.
  it('of calls is not reached where a regression is planted', async () => {
    const figures = (await calls.run({ planted: true, progress: quiet })).map(figureOf);
    expect(figures.map(({ reached }) => reached)).toEqual([false]);
  });

  it('of the package reaches none of its figures where a regression is planted', async () => {
    const figures = (await packageBench.run({ planted: true, progress: quiet })).map(figureOf);
    expect(figures.map(({ reached }) => reached)).toEqual([false, false, false]);
  });

  it('of the allocation decision is not reached where a regression is planted', async () => {
    const [figure] = (await allocation.run({ planted: true, progress: quiet })).map(figureOf);
    expect(figure?.reached).toBe(false);
  });
});
