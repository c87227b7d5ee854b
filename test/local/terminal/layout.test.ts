import { describe, expect, it } from 'vitest';
import { counted, daysBetween, seconds, shortName, shortThumbprint, wrap } from '../../../local/terminal/layout.ts';

const THUMBPRINT = '67519B0A876FD6F9BAFA12860467512022B70F63';

describe('wrap', () => {
  it.each([
    ['keeps what fits', 'one two', 7, ['one two']],
    ['breaks at the last space that fits', 'one two three', 12, ['one two', 'three']],
    ['gives a long word a line of its own', 'a incomprehensible b', 5, ['a', 'incomprehensible', 'b']],
    ['takes line breaks for spaces', 'one\ntwo', 20, ['one two']],
  ])('%s', (_, text, width, lines) => {
    expect(wrap(text, width)).toStrictEqual(lines);
  });
});

describe('shortName', () => {
  it.each([
    ['leaves a name that fits', 'PlantA', 21, 'PlantA'],
    ['shortens the thumbprint at the end of a name first', `plant-a-ca-${THUMBPRINT}`, 21, 'plant-a-ca-67519B0A…'],
    ['cuts a name that is too long even so', 'a-very-long-name-of-a-plant', 10, 'a-very-lo…'],
  ])('%s', (_, name, width, short) => {
    expect(shortName(name, width)).toBe(short);
  });
});

it('shortThumbprint shows the first eight characters', () => {
  expect(shortThumbprint(THUMBPRINT)).toBe('67519B0A…');
});

describe('daysBetween', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  it.each([
    ['2026-03-01T23:59:57Z', 60], // 59 days and almost 24 hours
    ['2026-01-01T00:00:00Z', 0],
    ['2025-12-31T00:00:00Z', -1],
  ])('to %s there are %i days', (time, days) => {
    expect(daysBetween(now, new Date(time))).toBe(days);
  });
});

it.each([
  [340, '0.34 s'],
  [9999, '10.00 s'],
  [12_345, '12.3 s'],
])('seconds(%i) is %s', (milliseconds, text) => {
  expect(seconds(milliseconds)).toBe(text);
});

it('counted uses the singular for one and for nothing else', () => {
  expect([0, 1, 2].map((count) => counted(count, 'message'))).toStrictEqual(['0 messages', '1 message', '2 messages']);
});
