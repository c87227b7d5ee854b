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

describe('shifting a moment', () => {
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

  it('by days and seconds is undone by shifting back', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.nat(5000),
        fc.nat(100_000),
        (moment, days, seconds) => {
          const duration = { years: 0, months: 0, days, seconds };
          expect(addDuration(subtractDuration(moment, duration), duration)).toEqual(moment);
        },
      ),
    );
  });

  it('never overshoots by more than the days that a short month lacks', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 60 }),
        (moment, months) => {
          const back = addDuration(subtractDuration(moment, { years: 0, months, days: 0, seconds: 0 }), {
            years: 0,
            months,
            days: 0,
            seconds: 0,
          });
          const lost = (moment.getTime() - back.getTime()) / 86_400_000;
          expect(lost).toBeGreaterThanOrEqual(0);
          expect(lost).toBeLessThanOrEqual(3);
        },
      ),
    );
  });
});
