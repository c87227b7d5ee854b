import { describe, expect, it } from 'vitest';
import { type CaTags, parseTags } from '../../../shared/lifecycle/ca-tags.ts';
import { parseDuration } from '../../../shared/lifecycle/duration.ts';
import { parseRenewBefore } from '../../../shared/lifecycle/renew-before.ts';

const NONE: CaTags = {
  dps: [],
  renewBefore: undefined,
  overlap: undefined,
  retire: undefined,
  paused: false,
  renewKey: undefined,
  issuer: undefined,
  sameKey: undefined,
  stockCleared: undefined,
};

describe('parseTags reads', () => {
  it.each<[Record<string, string>, Partial<CaTags>]>([
    [{}, {}],
    [{ owner: 'pki', DPS: '?', 'renew-by': '' }, {}],
    [{ dps: '*' }, { dps: ['*'] }],
    [{ dps: 'dps-1' }, { dps: ['dps-1'] }],
    [{ dps: ' dps-1 ,DPS-2, * ' }, { dps: ['dps-1', 'DPS-2', '*'] }],
    [{ dps: 'a23' }, { dps: ['a23'] }],
    [{ dps: 'd'.repeat(64) }, { dps: ['d'.repeat(64)] }],
    [{ 'renew-before': 'P30D' }, { renewBefore: parseRenewBefore('P30D') }],
    [{ 'renew-before': '25%' }, { renewBefore: parseRenewBefore('25%') }],
    [{ overlap: 'P10D' }, { overlap: parseDuration('P10D') }],
    [{ retire: 'expired' }, { retire: 'expired' }],
    [{ retire: 'unused' }, { retire: 'unused' }],
    [{ retire: 'overlap' }, { retire: 'overlap' }],
    [{ retire: 'Never' }, { retire: 'never' }],
    [{ paused: 'true' }, { paused: true }],
    [{ paused: ' TRUE ' }, { paused: true }],
    [{ paused: 'false' }, {}],
    [{ 'renew-key': 'same' }, { renewKey: 'same' }],
    [{ 'renew-key': 'new' }, { renewKey: 'new' }],
    [{ issuer: 'external' }, { issuer: 'external' }],
    [{ 'same-key': 'interchangeable' }, { sameKey: 'interchangeable' }],
    [{ 'stock-cleared': 'ab'.repeat(20) }, { stockCleared: 'AB'.repeat(20) }],
    // The portal cannot save a tag without a value and be done: an empty one is none.
    [{ paused: '', dps: ' ', 'renew-before': '' }, {}],
  ])('%j', (tags, expected) => {
    expect(parseTags(tags)).toEqual({ tags: { ...NONE, ...expected } });
  });
});

describe('parseTags finds the fault of', () => {
  it.each([
    [{ dps: 'dp' }, "tag dps: 'dp' is neither the name of a DPS nor *"],
    [{ dps: 'd'.repeat(65) }, `tag dps: '${'d'.repeat(65)}' is neither`],
    [{ dps: 'dps-1,,dps-2' }, "tag dps: '' is neither"],
    [{ dps: 'dps_1' }, "tag dps: 'dps_1' is neither"],
    [{ dps: '**' }, "tag dps: '**' is neither"],
    [{ 'renew-before': 'soon' }, 'tag renew-before: '],
    [{ overlap: '10%' }, 'tag overlap: '],
    [{ retire: 'later' }, "tag retire: 'later' is not expired or unused or overlap or never"],
    [{ paused: 'yes' }, "tag paused: 'yes' is not true or false"],
    [{ 'renew-key': 'other' }, "tag renew-key: 'other' is not same or new"],
    [{ issuer: 'fleet-root' }, "tag issuer: 'fleet-root' is not external"],
    [{ 'same-key': 'yes' }, "tag same-key: 'yes' is not interchangeable"],
    [{ 'stock-cleared': 'AB'.repeat(19) }, "tag stock-cleared: 'ABAB"],
    [{ 'stock-cleared': 'G'.repeat(40) }, 'is not a thumbprint of 40 hexadecimal digits'],
  ])('%j', (tags, text) => {
    expect(parseTags(tags)).toEqual({ faults: [expect.stringContaining(text)] });
  });

  it('every tag at once', () => {
    const parsed = parseTags({ paused: 'yes', issuer: 'me', dps: '*', retire: '?' });
    expect(parsed).toEqual({
      faults: [
        expect.stringContaining('tag retire'),
        expect.stringContaining('tag paused'),
        expect.stringContaining('tag issuer'),
      ],
    });
  });
});
