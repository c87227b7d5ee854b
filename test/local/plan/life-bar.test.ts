import { expect, it } from 'vitest';
import { lifeBar } from '../../../local/plan/life-bar.ts';

const day = (number: number) => new Date(number * 86_400_000);

it.each([
  ['new', 0, 80, '██│████████'], // The window is the last 20 of 100 days: 2 of 10 cells.
  ['half over', 50, 80, '██│███░░░░░'],
  ['in its window', 90, 80, '█░│░░░░░░░░'],
  ['all but over', 99.9, 80, '█░│░░░░░░░░'],
  ['over', 101, 80, '░░│░░░░░░░░'],
  ['not valid yet', -5, 80, '██│████████'],
  ['renewed at half of its life', 20, 50, '█████│███░░'],
  ['without a window', 50, undefined, '██████░░░░░'],
])('shows what is left of a life that is %s', (_, now, opens, bar) => {
  const windowOpens = opens === undefined ? undefined : day(opens);
  expect(lifeBar({ notBefore: day(0), notAfter: day(100), windowOpens }, day(now), 11)).toBe(bar);
});

it.each([
  [undefined, day(100)],
  [day(0), undefined],
  [day(100), day(100)],
])('shows dots for a lifetime that is not known: %s to %s', (notBefore, notAfter) => {
  expect(lifeBar({ notBefore, notAfter }, day(50), 5)).toBe('·····');
});
