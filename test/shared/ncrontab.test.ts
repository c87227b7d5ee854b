import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts';

describe('nextOccurrence', () => {
  it.each([
    ['0 0 * * * *', '2026-11-21T21:15:07.500Z', '2026-11-21T22:00:00Z', 'on the hour'],
    ['0 0 * * * *', '2026-11-21T22:00:00Z', '2026-11-21T23:00:00Z', 'strictly later'],
    ['*/5 * * * * *', '2026-11-21T21:15:07.500Z', '2026-11-21T21:15:10Z', 'every five seconds'],
    ['59 59 23 31 12 *', '2026-12-31T23:59:58.999Z', '2026-12-31T23:59:59Z', 'the last second of a year'],
    ['0 30 9 * JAN Mon', '2026-11-21T00:00:00Z', '2027-01-04T09:30:00Z', 'names, in any case'],
    ['0 5/15 8-17 * * MON-FRI', '2026-11-21T00:00:00Z', '2026-11-23T08:05:00Z', 'working hours'],
    ['0 0 0 29 2 *', '2026-11-21T00:00:00Z', '2028-02-29T00:00:00Z', 'a leap day'],
    ['0 0 0 29 2 MON', '2026-11-21T00:00:00Z', '2044-02-29T00:00:00Z', 'day and weekday must both match'],
    ['0 0,30 1,3 * * *', '2026-11-21T01:30:00Z', '2026-11-21T03:00:00Z', 'lists'],
  ])('of %s after %s is %s (%s)', (text, after, next) => {
    expect(nextOccurrence(parseNcrontab(text), new Date(after))).toEqual(new Date(next));
  });

  it('lies in the future, at a whole second, at most as far as the coarsest restricted field allows', () => {
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.nat(59), fc.nat(59), (after, minute, second) => {
        const next = nextOccurrence(parseNcrontab(`${second} ${minute} * * * *`), after);
        expect(next.getTime()).toBeGreaterThan(after.getTime());
        expect(next.getTime() - after.getTime()).toBeLessThanOrEqual(3_600_000);
        expect([next.getUTCMinutes(), next.getUTCSeconds(), next.getUTCMilliseconds()]).toEqual([minute, second, 0]);
      }),
    );
  });
});

describe('parseNcrontab', () => {
  it.each([
    ['* * * * *', '5 fields instead of six'],
    ['', '1 fields instead of six'],
    ['60 * * * * *', "the second field '60'"],
    ['0 a * * * *', "the minute field 'a'"],
    ['0 0 24 * * *', "the hour field '24'"],
    ['0 0 0 0 * *', "the day field '0'"],
    ['0 0 0 * FOO *', "the month field 'FOO'"],
    ['0 0 0 * * 7', "the weekday field '7'"],
    ['5-1 * * * * *', "the second field '5-1'"],
    ['*/0 * * * * *', "the second field '*/0'"],
    ['1-2-3 * * * * *', "the second field '1-2-3'"],
    [', * * * * *', "the second field ','"],
    ['0 0 0 30 2 *', 'never comes'],
  ])('rejects %j: %s', (text, message) => {
    expect(() => parseNcrontab(text)).toThrow(message);
  });
});
