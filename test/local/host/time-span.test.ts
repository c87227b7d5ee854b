import { describe, expect, it } from 'vitest';
import { parseTimeSpan } from '../../../local/host/time-span.ts';

describe('parseTimeSpan', () => {
  it.each([
    ['00:00:00', 0],
    ['00:01:00', 60_000],
    ['00:00:00.25', 250],
    ['23:59:59', 86_399_000],
    ['1.02:00:00', 26 * 3_600_000], // a day is 24 hours, and two
    ['-1', Number.POSITIVE_INFINITY],
  ])('reads %s as %d ms', (text, expected) => {
    expect(parseTimeSpan(text)).toBe(expected);
  });

  it.each(['', '5', '00:60:00', '24:00:00', '00:00', 'PT1M', '-00:00:01'])('refuses "%s" and names it', (text) => {
    expect(() => parseTimeSpan(text)).toThrow(`Cannot read the time span "${text}"`);
  });
});
