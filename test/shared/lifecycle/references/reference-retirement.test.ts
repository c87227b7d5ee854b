import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../../shared/lifecycle/duration.ts';
import type { Evidence } from '../../../../shared/lifecycle/evidence.ts';
import { decideReference } from '../../../../shared/lifecycle/reference-decision.ts';
import type { FormerMember, Lineage } from '../../../../shared/lifecycle/reference-lineage.ts';
import { mayDeleteEntry } from '../../../../shared/lifecycle/reference-retirement.ts';
import type { ReferenceWishes } from '../../../../shared/lifecycle/reference-situation.ts';
import { days, entry, NOW } from '../../../support/builders.ts';
import {
  enrollment,
  evidence,
  former,
  lineage,
  nameOf,
  newest,
  stamp,
  thumbprintOf,
  UNPROVED,
  wishes,
} from './reference-builders.ts';

const HOUR = 3_600_000;
const hours = (count: number) => new Date(NOW.getTime() + count * HOUR);
const STOCK_CLEARED = { retire: 'unused', stockCleared: thumbprintOf('O') } as const;
const FROM_NOW = { lastUpdatedDateTimeUtc: stamp(NOW) };

interface Case {
  readonly wishes?: Partial<ReferenceWishes>;
  readonly older?: Partial<FormerMember>;
  readonly lineage?: Partial<Lineage>;
  readonly record?: Readonly<Record<string, unknown>>;
  readonly evidence?: Evidence;
  readonly wanted: unknown;
}

const RELEASES: Readonly<Record<string, Case>> = {
  'overlap: goes when it is over': { wishes: { retire: 'overlap' }, wanted: 'overlap-over' },
  'overlap: over at its very end': {
    wishes: { overlap: parseDuration('P100D') },
    wanted: 'overlap-over',
  },
  'overlap: not a second before': {
    wishes: { overlap: parseDuration('P100DT1S') },
    wanted: { reason: 'overlap-running', until: new Date(NOW.getTime() + 1000) },
  },
  'overlap: an unknown expiry does not matter': { older: { notAfter: undefined }, wanted: 'overlap-over' },
  'never: stays, though expired': {
    wishes: { retire: 'never' },
    older: { notAfter: days(-50) },
    wanted: { reason: 'retire-never' },
  },
  'expired: more than an hour after': {
    wishes: { retire: 'expired' },
    older: { notAfter: new Date(hours(-1).getTime() - 1) },
    wanted: 'older-expired',
  },
  'expired: not at the hour': {
    wishes: { retire: 'expired' },
    older: { notAfter: hours(-1) },
    wanted: { reason: 'older-unexpired', until: NOW },
  },
  'expired: never while its end is not known': {
    wishes: { retire: 'expired' },
    older: { notAfter: undefined },
    wanted: { reason: 'expiry-unknown' },
  },
  'expired: says that its end is not known while the overlap runs, too': {
    wishes: { retire: 'expired' },
    older: { notAfter: undefined },
    record: FROM_NOW,
    wanted: { reason: 'expiry-unknown' },
  },
  'expired: names the overlap, which ends last': {
    wishes: { retire: 'expired' },
    older: { notAfter: days(10) },
    record: FROM_NOW,
    wanted: { reason: 'overlap-running', until: days(30) },
  },
  'expired: names the expiry, which comes last': {
    wishes: { retire: 'expired' },
    older: { notAfter: days(100) },
    record: FROM_NOW,
    wanted: { reason: 'older-unexpired', until: new Date(days(100).getTime() + HOUR) },
  },
  'expired: not before the overlap, though expired': {
    wishes: { retire: 'expired' },
    older: { notAfter: days(-10) },
    record: FROM_NOW,
    wanted: { reason: 'overlap-running', until: days(30) },
  },
  'unused: waits for evidence': { wishes: STOCK_CLEARED, wanted: { reason: 'evidence-unavailable' } },
  'unused: unknown is no evidence': {
    wishes: STOCK_CLEARED,
    evidence: evidence({ moved: 2, unknown: 1 }),
    wanted: { reason: 'evidence-unavailable' },
  },
  'unused: stays for a device under it': {
    wishes: STOCK_CLEARED,
    evidence: evidence({ moved: 2, old: 1 }),
    wanted: { reason: 'devices-left', detail: '2 moved, 1 old, 0 unknown (old-0)' },
  },
  'unused: stays where no device has ever registered': {
    wishes: STOCK_CLEARED,
    evidence: evidence({}),
    wanted: { reason: 'evidence-unavailable', detail: '0 moved, 0 old, 0 unknown, no device has registered' },
  },
  'unused: evidence of another version proves nothing of this one': {
    wishes: STOCK_CLEARED,
    evidence: { ...evidence({ moved: 2 }), of: thumbprintOf('P') },
    wanted: { reason: 'evidence-unavailable', detail: 'none yet' },
  },
  'unused: an expired version stays for a device that came under it after its end': {
    wishes: STOCK_CLEARED,
    older: { notAfter: days(-2) },
    evidence: evidence({ moved: 2, old: 1 }, days(-1)),
    wanted: { reason: 'devices-left' },
  },
  'expired: stays for a device that came under it after its end': {
    wishes: { retire: 'expired' },
    older: { notAfter: days(-2) },
    evidence: evidence({ old: 1 }, days(-1)),
    wanted: { reason: 'devices-left' },
  },
  'expired: a device that came under it before its end does not matter': {
    wishes: { retire: 'expired' },
    older: { notAfter: days(-2) },
    evidence: evidence({ old: 1 }, days(-2)),
    wanted: 'older-expired',
  },
  'overlap: asks for no evidence': {
    wishes: { retire: 'overlap' },
    evidence: evidence({ old: 1 }),
    wanted: 'overlap-over',
  },
  'unused: goes when all have moved and the stock is cleared': {
    wishes: STOCK_CLEARED,
    evidence: evidence({ moved: 2 }),
    wanted: 'devices-moved',
  },
  'unused: not with devices in stock': {
    wishes: { retire: 'unused' },
    evidence: evidence({ moved: 2 }),
    wanted: { reason: 'stock-not-cleared' },
  },
  'unused: not with the stock of another version cleared': {
    wishes: { retire: 'unused', stockCleared: thumbprintOf('P') },
    evidence: evidence({ moved: 2 }),
    wanted: { reason: 'stock-not-cleared' },
  },
  'unused: not before the overlap, whatever is proved': {
    wishes: STOCK_CLEARED,
    evidence: evidence({ moved: 2 }),
    record: FROM_NOW,
    wanted: { reason: 'overlap-running', until: days(30) },
  },
  'unused: expiry suffices': { wishes: { retire: 'unused' }, older: { notAfter: days(-1) }, wanted: 'older-expired' },
  'no policy while a subordinate chains to it': {
    lineage: { chainedSubordinates: ['plant-b', 'plant-c'] },
    wanted: { reason: 'subordinate-chains', detail: 'plant-b, plant-c' },
  },
  'not while N is not trusted': { lineage: { newest: newest(UNPROVED) }, wanted: { reason: 'newest-not-trusted' } },
  'not under an expired N': {
    lineage: { newest: newest({ notAfter: days(-1) }) },
    wanted: { reason: 'newest-not-valid' },
  },
  'not by an unverified entry, though N has a verified one': {
    lineage: {
      newest: newest({
        entries: [entry({ name: nameOf('N'), isVerified: false }), entry({ name: 'other', isVerified: true })],
      }),
    },
    wanted: { reason: 'newest-not-trusted' },
  },
  'the overlap counts from the creation of N': {
    lineage: { newest: newest({ createdOn: days(-5) }) },
    wanted: { reason: 'overlap-running', until: days(25) },
  },
  'the overlap counts from the last change of its entry': {
    lineage: { newest: newest({ entries: [entry({ name: nameOf('N'), updated: days(-7) })] }) },
    wanted: { reason: 'overlap-running', until: days(23) },
  },
  'no overlap is over if the entry has no date': {
    lineage: { newest: newest({ entries: [entry({ name: nameOf('N'), updated: undefined })] }) },
    wanted: { reason: 'overlap-unknown', detail: `entry '${nameOf('N')}' does not say when it was updated` },
  },
  'no overlap is over if the enrollment has no date': {
    record: { lastUpdatedDateTimeUtc: undefined },
    wanted: { reason: 'overlap-unknown', detail: 'lastUpdatedDateTimeUtc is undefined' },
  },
  ...Object.fromEntries(
    ['0001-01-01T00:00:00Z', '2030-01-01T00:00:00', 'yesterday', '2030-99-01T00:00:00Z', 1234].map((date) => [
      `no overlap is over if the enrollment has the date ${date}`,
      { record: { lastUpdatedDateTimeUtc: date }, wanted: { reason: 'overlap-unknown' } },
    ]),
  ),
  'an overlap longer than time': {
    wishes: { overlap: parseDuration('P999999Y') },
    wanted: { reason: 'overlap-running', until: new Date('9999-12-31T23:59:59Z') },
  },
};

const minutesAgo = (count: number) => new Date(NOW.getTime() - count * 60_000);

describe('the release of an older version from a reference', () => {
  it.each(Object.entries(RELEASES))('%s', (_, { wanted, ...given }) => {
    const asked = enrollment('caReferences', 'NO', given.record);
    const others = [former('O', given.older)];
    const decision = decideReference(
      asked,
      lineage({ others, ...given.lineage }),
      wishes(given.wishes),
      NOW,
      given.evidence,
    );
    if (typeof wanted === 'string') expect(decision).toMatchObject({ step: 'release', reason: wanted });
    else expect(decision).toMatchObject({ step: 'settled', stays: { ...(wanted as object), may: false } });
  });

  it('counts the overlap of an embedded certificate from what makes it trusted, its issuer if not itself', () => {
    const issuerEntry = entry({ name: 'root', updated: days(-3) });
    const asked = enrollment('signingCertificates', 'ON');
    const through = (given: object) => decideReference(asked, lineage({ newest: newest(given) }), wishes(), NOW);
    expect(through({ entries: [], issuerEntry })).toMatchObject({ stays: { until: days(27) } });
    expect(through({ issuerEntry })).toMatchObject({ step: 'release' });
  });

  it('leaves alone of two older versions the one whose successor DPS does not trust, or that has expired', () => {
    const release = (o: Partial<FormerMember>) => {
      const others = [former('O', o), former('P')];
      return decideReference(enrollment('caReferences', 'OP'), lineage({ others }), wishes(), NOW);
    };
    expect(release({})).toMatchObject({ step: 'release', thumbprint: thumbprintOf('P') });
    expect(release({ notAfter: NOW })).toMatchObject({ step: 'release' });
    expect(release({ notAfter: minutesAgo(1) })).toMatchObject({ reason: 'older-generation-in-use' });
    expect(release({ notAfter: undefined })).toMatchObject({ reason: 'older-generation-in-use' });
    expect(release({ entries: [entry({ name: nameOf('O'), isVerified: false })] })).toMatchObject({ step: 'wait' });
  });

  it('does not move an embedded certificate whose content is not known, not even to make it the only one', () => {
    const others = [former('O', { certificate: undefined }), former('P', { notAfter: days(-1) })];
    const asked = (pair: string) =>
      decideReference(enrollment('signingCertificates', pair), lineage({ others }), wishes(), NOW);
    expect(asked('OP')).toMatchObject({ step: 'release' });
    // N takes the place of the expired one, and the other stays where it is.
    expect(asked('PO')).toMatchObject({
      step: 'move',
      change: { primary: { thumbprint: thumbprintOf('N') }, secondary: { kind: 'kept', from: 'secondary' } },
    });
  });

  it('leaves no disabled version alone in the place of an enabled one that is still valid', () => {
    const others = [former('O', { certificate: undefined }), former('P')];
    const decided = decideReference(enrollment('caReferences', 'OP'), lineage({ others }), wishes(), NOW);
    expect(decided).toMatchObject({ step: 'wait', reason: 'older-generation-in-use' });
  });
});

describe('mayDeleteEntry', () => {
  const ask = (letter: 'O' | 'D', given: Partial<Lineage> = {}, heldBy = 0, wished: Partial<ReferenceWishes> = {}) =>
    mayDeleteEntry(former(letter), lineage(given), heldBy, wishes(wished), undefined, NOW);

  it.each([
    ['O, the overlap over', ask('O'), { may: true, reason: 'overlap-over' }],
    ['O, still referred to', ask('O', {}, 1), { may: false, reason: 'entry-in-use' }],
    ['D, still referred to', ask('D', {}, 1), { may: false, reason: 'entry-in-use' }],
    ['D, without an overlap', ask('D', { newest: newest({ createdOn: NOW }) }), { may: true, reason: 'rolled-back' }],
    ['D, whatever the policy', ask('D', {}, 0, { retire: 'never' }), { may: true, reason: 'rolled-back' }],
    ['D, with a subordinate', ask('D', { chainedSubordinates: ['b'] }), { may: false, reason: 'subordinate-chains' }],
    ['O, with a subordinate', ask('O', { chainedSubordinates: ['b'] }), { may: false, reason: 'subordinate-chains' }],
    ['O, N not verified', ask('O', { newest: newest(UNPROVED) }), { may: false, reason: 'newest-not-trusted' }],
    [
      'O, N trusted through its issuer only',
      ask('O', { newest: newest({ ...UNPROVED, issuerEntry: entry() }) }),
      { may: false, reason: 'newest-not-trusted' },
    ],
    ['O, N expired', ask('O', { newest: newest({ notAfter: days(-1) }) }), { may: false, reason: 'newest-not-valid' }],
    [
      'O, the overlap running',
      ask('O', { newest: newest({ createdOn: days(-10) }) }),
      { may: false, reason: 'overlap-running', until: days(20) },
    ],
    ['O, by policy never', ask('O', {}, 0, { retire: 'never' }), { may: false, reason: 'retire-never' }],
    ['O, unexpired', ask('O', {}, 0, { retire: 'expired' }), { may: false, reason: 'older-unexpired' }],
  ])('%s', (_, verdict, wanted) => {
    expect(verdict).toMatchObject(wanted);
  });
});
