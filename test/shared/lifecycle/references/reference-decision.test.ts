import { describe, expect, it } from 'vitest';
import { decideReference } from '../../../../shared/lifecycle/reference-decision.ts';
import { days, NOW } from '../../../support/builders.ts';
import {
  enrollment,
  FIELDS,
  former,
  inWords,
  lineage,
  nameOf,
  newest,
  stamp,
  thumbprintOf,
  UNPROVED,
  wishes,
} from './reference-builders.ts';

const UNTRUSTED = 'wait newest-not-trusted';
const CROWDED = 'wait older-generation-in-use';
const TAKEN = 'refuse both-slots-taken';

/** By pair: before N is trusted, during the overlap, and after it; then the same where O has N's key, by tag. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  '--': ['not-ours', 'not-ours', 'not-ours'],
  '-F': ['not-ours', 'not-ours', 'not-ours'],
  '-U': ['not-ours', 'not-ours', 'not-ours'],
  'F-': ['not-ours', 'not-ours', 'not-ours'],
  FF: ['not-ours', 'not-ours', 'not-ours'],
  FU: ['not-ours', 'not-ours', 'not-ours'],
  'U-': ['not-ours', 'not-ours', 'not-ours'],
  UF: ['not-ours', 'not-ours', 'not-ours'],
  UU: ['not-ours', 'not-ours', 'not-ours'],

  'N-': [UNTRUSTED, 'settled', 'settled'],
  '-N': [UNTRUSTED, 'settled', 'settled'],
  NN: [UNTRUSTED, 'settled', 'settled'],
  NF: [UNTRUSTED, 'settled', 'settled'],
  FN: [UNTRUSTED, 'settled', 'settled'],
  NU: [UNTRUSTED, 'settled', 'settled'],
  UN: [UNTRUSTED, 'settled', 'settled'],
  NO: ['settled', 'settled', 'release N-'],
  ON: ['settled', 'settled', 'release N-'],
  NP: ['settled', 'settled', 'release N-'],
  PN: ['settled', 'settled', 'release N-'],

  'O-': [UNTRUSTED, 'move NO', 'move NO'],
  '-O': [UNTRUSTED, 'move NO', 'move NO'],
  'P-': [UNTRUSTED, 'move NP', 'move NP'],
  '-P': [UNTRUSTED, 'move NP', 'move NP'],
  OO: [UNTRUSTED, 'move NO', 'move NO'],
  PP: [UNTRUSTED, 'move NP', 'move NP'],
  OP: [CROWDED, CROWDED, 'release O-', UNTRUSTED, 'move NP', 'release O-'],
  PO: [CROWDED, CROWDED, 'release O-', UNTRUSTED, 'move PN', 'release O-'],
  OF: [UNTRUSTED, TAKEN, TAKEN, UNTRUSTED, 'move NF', 'move NF'],
  FO: [UNTRUSTED, TAKEN, TAKEN, UNTRUSTED, 'move FN', 'move FN'],
  OU: [UNTRUSTED, TAKEN, TAKEN, UNTRUSTED, 'move NU', 'move NU'],
  UO: [UNTRUSTED, TAKEN, TAKEN, UNTRUSTED, 'move UN', 'move UN'],
  PF: [UNTRUSTED, TAKEN, TAKEN],
  FP: [UNTRUSTED, TAKEN, TAKEN],
  PU: [UNTRUSTED, TAKEN, TAKEN],
  UP: [UNTRUSTED, TAKEN, TAKEN],

  'D-': [UNTRUSTED, 'move N-', 'move N-'],
  '-D': [UNTRUSTED, 'move N-', 'move N-'],
  DD: [UNTRUSTED, 'move N-', 'move N-'],
  DN: [UNTRUSTED, 'move N-', 'move N-'],
  ND: [UNTRUSTED, 'move N-', 'move N-'],
  DO: [UNTRUSTED, 'move NO', 'move NO'],
  OD: [UNTRUSTED, 'move NO', 'move NO'],
  DP: [UNTRUSTED, 'move NP', 'move NP'],
  PD: [UNTRUSTED, 'move NP', 'move NP'],
  DF: [UNTRUSTED, 'move NF', 'move NF'],
  FD: [UNTRUSTED, 'move FN', 'move FN'],
  DU: [UNTRUSTED, 'move NU', 'move NU'],
  UD: [UNTRUSTED, 'move UN', 'move UN'],
};

const minutesAfter = (moment: Date, minutes: number) => new Date(moment.getTime() + minutes * 60_000);
/** By every clock. */
const JUST_EXPIRED = new Date(minutesAfter(NOW, -10).getTime() - 1);

const TIMES = ['before N is trusted', 'during the overlap', 'after the overlap'] as const;

/** With O expired, with P expired, with both: of what is not told here, as during the overlap. */
const EXPIRED: Readonly<Record<string, readonly string[]>> = {
  OP: ['move NP', 'move NO', 'move NO'],
  PO: ['move NP', 'move NO', 'move NO'],
  OF: ['move NF', TAKEN, 'move NF'],
  FO: ['move FN', TAKEN, 'move FN'],
  OU: ['move NU', TAKEN, 'move NU'],
  UO: ['move UN', TAKEN, 'move UN'],
  PF: [TAKEN, 'move NF', 'move NF'],
  FP: [TAKEN, 'move FN', 'move FN'],
  PU: [TAKEN, 'move NU', 'move NU'],
  UP: [TAKEN, 'move UN', 'move UN'],
};

const WHO_EXPIRED = ['O', 'P', 'OP'] as const;

const EXPIRED_CASES = FIELDS.flatMap((field) =>
  Object.entries(WANTED).flatMap(([pair, results]) =>
    WHO_EXPIRED.map((who, index) => ({ field, pair, who, wanted: EXPIRED[pair]?.[index] ?? results[1] })),
  ),
);

const CASES = FIELDS.flatMap((field) =>
  Object.entries(WANTED).flatMap(([pair, results]) =>
    [false, true].flatMap((sameKey) =>
      TIMES.map((time, index) => {
        const wanted = (sameKey ? results[index + 3] : undefined) ?? results[index];
        return { field, pair, key: sameKey ? "O has N's key" : 'new keys', sameKey, time, wanted };
      }),
    ),
  ),
);

describe('decideReference', () => {
  it('is asked about every pair of seven holders, in every field, at every time, with either key', () => {
    expect(CASES).toHaveLength(7 * 7 * 3 * 3 * 2);
  });

  it.each(CASES)('$field $pair, $time, $key: $wanted', ({ field, pair, sameKey, time, wanted }) => {
    const given = lineage(time === TIMES[0] ? { newest: newest(UNPROVED) } : {}, sameKey);
    const lastUpdatedDateTimeUtc = stamp(days(time === TIMES[1] ? -1 : -100));
    const asked = enrollment(field, pair, { lastUpdatedDateTimeUtc });
    const decision = decideReference(asked, given, wishes(sameKey ? { sameKey: 'interchangeable' } : {}), NOW);
    expect(inWords(decision, asked)).toBe(wanted);
  });

  it.each(EXPIRED_CASES)('$field $pair, $who expired, though nothing older may go: $wanted', (each) => {
    const notAfter = (letter: string) => (each.who.includes(letter) ? { notAfter: JUST_EXPIRED } : {});
    const others = [former('D'), former('O', notAfter('O')), former('P', notAfter('P'))];
    const given = lineage({ others, chainedSubordinates: ['plant-b'] });
    const asked = enrollment(each.field, each.pair, { lastUpdatedDateTimeUtc: stamp(days(-1)) });
    expect(inWords(decideReference(asked, given, wishes({ retire: 'never' }), NOW), asked)).toBe(each.wanted);
  });

  it.each(FIELDS)('replaces nothing in place without the tag, though the key is the same: %s', (field) => {
    const asked = enrollment(field, 'OF');
    expect(inWords(decideReference(asked, lineage({}, true), wishes(), NOW), asked)).toBe(TAKEN);
  });

  it.each([
    ['OP', 'move ON'],
    ['PO', 'move NO'],
  ])('of two older versions that both have the key of N the elder makes room: %s, %s', (pair, wanted) => {
    const others = [former('O', {}, 'N'), former('P', {}, 'N')];
    const asked = enrollment('signingCertificates', pair, { lastUpdatedDateTimeUtc: stamp(days(-1)) });
    const decision = decideReference(asked, lineage({ others }), wishes({ sameKey: 'interchangeable' }), NOW);
    expect(inWords(decision, asked)).toBe(wanted);
  });

  it.each([
    ['D-', 'rolled-back'],
    ['OD', 'rolled-back'],
    ['O-', 'reference-behind'],
  ])('says why %s moves: %s', (pair, reason) => {
    expect(decideReference(enrollment('caReferences', pair), lineage(), wishes(), NOW)).toMatchObject({ reason });
  });

  it('tells whom to split, and from when on an older version could go', () => {
    const asked = enrollment('caReferences', 'OP', { lastUpdatedDateTimeUtc: stamp(days(-1)) });
    const decision = decideReference(asked, lineage(), wishes(), NOW);
    // P has 10 days left, and clocks differ; its overlap would run longer
    expect(decision).toMatchObject({
      until: minutesAfter(days(10), 10),
      detail: expect.stringContaining(`'${nameOf('P')}'`),
    });
    expect(decision).toMatchObject({ detail: expect.stringMatching(/^group 'grp-1' holds .*overlap-running.*split/) });
  });

  it('names the older version that stays beside N, until when, and why', () => {
    const asked = enrollment('signingCertificates', 'NO', { lastUpdatedDateTimeUtc: stamp(days(-1)) });
    expect(decideReference(asked, lineage(), wishes(), NOW)).toEqual({
      step: 'settled',
      stays: { thumbprint: thumbprintOf('O'), may: false, reason: 'overlap-running', until: days(29) },
      former: [{ thumbprint: thumbprintOf('O'), isReleasable: false, overlapEnds: days(29) }],
    });
  });

  it('finds no older version where none has to be compared', () => {
    const decision = decideReference(enrollment('caReferences', 'NF'), lineage(), wishes(), NOW);
    expect(decision).toEqual({ step: 'settled', stays: undefined, former: [] });
  });

  it('writes what it keeps of an embedded CA from the vault, and a stranger as it is', () => {
    const change = (pair: string) => {
      const decision = decideReference(enrollment('signingCertificates', pair), lineage(), wishes(), NOW);
      return decision.step === 'move' ? [decision.change.primary, decision.change.secondary] : decision;
    };
    const certificate = (letter: string) => {
      return {
        kind: 'certificate',
        thumbprint: thumbprintOf(letter),
        der: new Uint8Array(Buffer.from(`certificate ${letter}`)),
      };
    };
    expect(change('O-')).toEqual([certificate('N'), certificate('O')]);
    expect(change('DF')).toEqual([certificate('N'), { kind: 'kept', from: 'secondary' }]);
  });

  const use = (letter: string, isReleasable = false, overlapEnds?: Date) => {
    return { thumbprint: thumbprintOf(letter), isReleasable, overlapEnds };
  };
  it.each([
    ['OO', [use('O')], 'counts once what is held twice'],
    ['OP', [use('O'), use('P', true, days(-70))], 'only the elder of two goes, 30 days after 100 days ago'],
    ['ND', [use('D')], 'what was rolled back has no overlap'],
    ['DO', [use('D'), use('O')], 'what was rolled back stands in for nothing'],
  ])('of %s tells the older versions: %j (%s)', (pair, wanted) => {
    expect(decideReference(enrollment('caReferences', pair), lineage(), wishes(), NOW).former).toEqual(wanted);
  });

  it('counts an overlap as not begun where N is not in the reference', () => {
    const { former: uses } = decideReference(enrollment('caReferences', 'O-'), lineage(), wishes(), NOW);
    expect(uses).toEqual([{ thumbprint: thumbprintOf('O'), isReleasable: false, overlapEnds: undefined }]);
  });
});
