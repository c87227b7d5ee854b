import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDuration, parseDuration, subtractDuration } from '../../../shared/lifecycle/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['P30D', { years: 0, months: 0, days: 30, seconds: 0 }],
    ['P2W', { years: 0, months: 0, days: 14, seconds: 0 }],
    ['P1Y6M', { years: 1, months: 6, days: 0, seconds: 0 }],
    ['PT12H30M5S', { years: 0, months: 0, days: 0, seconds: 45_005 }],
    ['P1DT1S', { years: 0, months: 0, days: 1, seconds: 1 }],
  ])('reads %s', (text, duration) => {
    expect(parseDuration(text)).toEqual(duration);
  });

  it.each(['', 'P', 'PT', 'P0D', 'PT0S', '30D', 'P-1D', 'P1.5D', 'P1H', 'p1d', ' P1D', 'P1D1Y'])(
    'rejects %j',
    (text) => {
      expect(() => parseDuration(text)).toThrow(`'${text}' is not an ISO 8601 duration`);
    },
  );
});

describe('subtractDuration', () => {
  it.each([
    ['2031-03-31T10:00:00Z', 'P1M', '2031-02-28T10:00:00Z', 'no 31 February: the last day of that month'],
    ['2032-03-31T10:00:00Z', 'P1M', '2032-02-29T10:00:00Z', 'a leap year'],
    ['2032-02-29T00:00:00Z', 'P1Y', '2031-02-28T00:00:00Z', 'a leap day, a year before'],
    ['2031-01-01T00:00:00Z', 'P30D', '2030-12-02T00:00:00Z', 'across the year'],
    ['2031-01-01T00:00:00Z', 'PT1S', '2030-12-31T23:59:59Z', 'by a second'],
    ['9999-12-31T23:59:59Z', 'P1Y', '9998-12-31T23:59:59Z', 'a certificate without an end'],
  ])('%s less %s is %s (%s)', (from, duration, result) => {
    expect(subtractDuration(new Date(from), parseDuration(duration))).toEqual(new Date(result));
  });

  const moments = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

  it('takes days and seconds for what they are, whatever the calendar says', () => {
    fc.assert(
      fc.property(moments, fc.nat(5000), fc.nat(100_000), (moment, days, seconds) => {
        const earlier = subtractDuration(moment, { years: 0, months: 0, days, seconds });
        expect(moment.getTime() - earlier.getTime()).toBe((days * 86_400 + seconds) * 1000);
      }),
    );
  });

  it('goes back whole months: to the same day and time, or to the last day of a month that is too short', () => {
    fc.assert(
      fc.property(moments, fc.nat(3), fc.nat(60), (moment, years, months) => {
        const earlier = subtractDuration(moment, { years, months, days: 0, seconds: 0 });
        expect(monthOf(moment) - monthOf(earlier)).toBe(12 * years + months);
        expect(earlier.getTime() % 86_400_000).toBe(moment.getTime() % 86_400_000);
        const dayAfter = new Date(earlier.getTime() + 86_400_000);
        if (monthOf(dayAfter) === monthOf(earlier)) expect(earlier.getUTCDate()).toBe(moment.getUTCDate());
        else expect(earlier.getUTCDate()).toBeLessThanOrEqual(moment.getUTCDate());
      }),
    );
  });
});

describe('addDuration', () => {
  it.each([
    ['2031-01-31T10:00:00Z', 'P1M', '2031-02-28T10:00:00Z', 'no 31 February: the last day of that month'],
    ['2032-01-31T10:00:00Z', 'P1M', '2032-02-29T10:00:00Z', 'a leap year'],
    ['2032-02-29T00:00:00Z', 'P1Y', '2033-02-28T00:00:00Z', 'a leap day, a year later'],
    ['2030-12-02T00:00:00Z', 'P30D', '2031-01-01T00:00:00Z', 'across the year'],
    ['2030-12-31T23:59:59Z', 'PT1S', '2031-01-01T00:00:00Z', 'by a second'],
    ['2031-01-31T00:00:00Z', 'P1M1D', '2031-03-01T00:00:00Z', 'months first, then days'],
    ['9999-12-31T00:00:00Z', 'P1D', '9999-12-31T23:59:59Z', 'no later than certificates go'],
    ['2031-01-01T00:00:00Z', 'P999999999Y', '9999-12-31T23:59:59Z', 'more than a Date can hold'],
  ])('%s plus %s is %s (%s)', (from, duration, result) => {
    expect(addDuration(new Date(from), parseDuration(duration))).toEqual(new Date(result));
  });

  it('is undone by taking days and seconds off again', () => {
    const moments = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moments, fc.nat(5000), fc.nat(100_000), (moment, days, seconds) => {
        const duration = { years: 0, months: 0, days, seconds };
        expect(subtractDuration(addDuration(moment, duration), duration)).toEqual(moment);
      }),
    );
  });
});

/** Months since the year 0. */
function monthOf(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
