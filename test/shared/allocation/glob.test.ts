import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../shared/allocation/glob.ts';

describe('compileGlob', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['?', 'a', true],
    ['?', '😀', true],
    ['hp-*', 'hp-', true],
    ['hp-*', 'hp-17', true],
    ['hp-*', 'xhp-17', false],
    ['*-eu', 'pump-eu', true],
    ['*-eu', 'pump-eu-2', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['a*a', 'a', false],
    ['*ab', 'aab', true],
    ['*aab', 'aaaaaaab', true],
    ['a?c*', 'abcd', true],
    ['HP-*', 'hp-1', true],
    ['hp-1', 'HP-1', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['a**b', 'ab', true],
  ])('%s on %j is %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 10 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });
    fc.assert(
      fc.property(pattern, letters, (glob, text) => {
        const regexp = new RegExp(`^${glob.replace(/\*+/g, '.*').replaceAll('?', '.')}$`, 'i');
        expect(compileGlob(glob)(text)).toBe(regexp.test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('comes to an end on what a regular expression would not survive', () => {
    expect(compileGlob(`${'a*'.repeat(63)}b`)('a'.repeat(128))).toBe(false);
  });
});
