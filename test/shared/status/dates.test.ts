import { describe, expect, it } from 'vitest';
import { dayText, fromNow, momentText, timeTag } from '../../../shared/status/dates.ts';

const NOW = new Date('2026-11-22T08:12:00Z');
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

describe('a date', () => {
  it.each([
    [30_000, 'in less than a minute'],
    [MINUTE, 'in 1 minute'],
    [59 * MINUTE, 'in 59 minutes'],
    [47 * 60 * MINUTE, 'in 47 hours'],
    [2 * DAY, 'in 2 days'],
    [41 * DAY, 'in 41 days'],
    [730 * DAY, 'in 730 days'],
    [731 * DAY, 'in 2 years'],
    [5_800 * DAY, 'in 15.9 years'],
    [-12 * MINUTE, '12 minutes ago'],
    [-90 * DAY, '90 days ago'],
  ])('%i ms away is %s', (away, text) => {
    expect(fromNow(NOW, new Date(NOW.getTime() + away))).toBe(text);
  });

  it('is written in UTC', () => {
    expect(dayText(new Date('2027-01-02T23:59:59Z'))).toBe('2 Jan 2027');
    expect(momentText(NOW)).toBe('22 Nov 2026, 08:12 UTC');
    const tag =
      '<time datetime="2027-01-02T08:12:00.000Z" title="2 Jan 2027, 08:12 UTC">in 41 days · 2 Jan 2027</time>';
    expect(timeTag(NOW, new Date('2027-01-02T08:12:00Z')).text).toBe(tag);
  });
});
