import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRenewBefore, windowOpens } from '../../../shared/lifecycle/renew-before.ts';

describe('parseRenewBefore', () => {
  it.each(['0%', '100%', '120%', '-5%', '%', 'abc', '30', '', '20 %', 'P', 'P0D'])(
    'rejects %j, and says so',
    (text) => {
      expect(() => parseRenewBefore(text)).toThrow(`'${text}'`);
    },
  );
});

describe('windowOpens', () => {
  const validity = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2030-04-11T00:00:00Z') }; // 100 days
  it.each([
    ['20%', '2030-03-22T00:00:00Z', '20 of 100 days before 11 April'],
    ['0.5%', '2030-04-10T12:00:00Z', 'half a day before'],
    ['P30D', '2030-03-12T00:00:00Z', '30 days before'],
    ['P1M', '2030-03-11T00:00:00Z', 'a calendar month before'],
    ['50%', '2030-02-20T00:00:00Z', 'half of the lifetime, exactly'],
    ['80%', '2030-02-20T00:00:00Z', 'never before half of the lifetime'],
    ['P5Y', '2030-02-20T00:00:00Z', 'never before half of the lifetime, and never before notBefore'],
  ])('RENEW_BEFORE=%s opens at %s (%s)', (text, opens) => {
    expect(windowOpens(validity, parseRenewBefore(text))).toEqual(new Date(opens));
  });

  it('always opens in the second half of the lifetime', () => {
    const moment = fc.date({ min: new Date('1990-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
    const before = fc.oneof(
      fc.integer({ min: 1, max: 99 }).map((percent) => `${percent}%`),
      fc.integer({ min: 1, max: 20_000 }).map((days) => `P${days}D`),
    );
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 10_000 }), before, (notBefore, days, text) => {
        const notAfter = new Date(notBefore.getTime() + days * 86_400_000);
        const opens = windowOpens({ notBefore, notAfter }, parseRenewBefore(text)).getTime();
        expect(opens).toBeGreaterThanOrEqual((notBefore.getTime() + notAfter.getTime()) / 2);
        expect(opens).toBeLessThanOrEqual(notAfter.getTime());
      }),
    );
  });
});
