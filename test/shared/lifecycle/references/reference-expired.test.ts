import { describe, expect, it } from 'vitest';
import { decideReference } from '../../../../shared/lifecycle/reference-decision.ts';
import type { FormerMember, Lineage } from '../../../../shared/lifecycle/reference-lineage.ts';
import type { ReferenceField } from '../../../../shared/lifecycle/reference-slots.ts';
import { days, entry, NOW } from '../../../support/builders.ts';
import { enrollment, former, inWords, lineage, nameOf, newest, stamp, UNPROVED, wishes } from './reference-builders.ts';

const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
/** Ten minutes and a moment ago: by every clock. */
const EXPIRED = { notAfter: new Date(minutes(-10).getTime() - 1) };
const TEN_MINUTES_AGO = { notAfter: minutes(-10) };
const UNTRUSTED = { entries: [entry({ name: nameOf('O'), isVerified: false })] };

interface Given extends Partial<Omit<Lineage, 'others'>> {
  readonly O?: Partial<FormerMember>;
  readonly P?: Partial<FormerMember>;
  readonly field?: ReferenceField;
}

/** What becomes of a pair that was changed yesterday, whose older versions nothing allows to go. */
function ask(pair: string, { O, P, field = 'caReferences', ...given }: Given, retire: 'never' | 'expired' = 'never') {
  const asked = enrollment(field, pair, { lastUpdatedDateTimeUtc: stamp(days(-1)) });
  const others = [former('O', O), former('P', P), former('D')];
  const decision = decideReference(asked, lineage({ others, ...given }), wishes({ retire }), NOW);
  return { words: inWords(decision, asked), decision };
}

describe('a reference whose older versions have expired', () => {
  it.each([
    ['both, retire=never', 'OP', { O: EXPIRED, P: EXPIRED }, 'move NO'],
    ['both, the elder first', 'PO', { O: EXPIRED, P: EXPIRED }, 'move NO'],
    ['both, with a subordinate', 'OP', { O: EXPIRED, P: EXPIRED, chainedSubordinates: ['plant-b'] }, 'move NO'],
    ['both, of one moment', 'OP', { O: EXPIRED, P: { ...EXPIRED, createdOn: days(-200) } }, 'move NP'],
    ['both, of one moment', 'PO', { O: EXPIRED, P: { ...EXPIRED, createdOn: days(-200) } }, 'move NO'],
    ['the elder', 'OP', { P: EXPIRED }, 'move NO'],
    ['the elder, and DPS does not trust the newer one', 'PO', { P: EXPIRED, O: UNTRUSTED }, 'move NO'],
    ['the newer one', 'OP', { O: EXPIRED }, 'move NP'],
    ['the newer one', 'PO', { O: EXPIRED }, 'move NP'],
    ['one of one moment', 'OP', { P: { ...EXPIRED, createdOn: days(-200) } }, 'move NO'],
    ['the one beside a stranger', 'FO', { O: EXPIRED }, 'move FN'],
    ['the one beside something unreadable', 'OU', { O: EXPIRED }, 'move NU'],
  ] as const)('takes N at once: %s, %s', (_, pair, given, wanted) => {
    expect(ask(pair, given).words).toBe(wanted);
    expect(ask(pair, given, 'expired').words).toBe(wanted);
  });

  it.each([
    ['OP', { O: TEN_MINUTES_AGO, P: TEN_MINUTES_AGO }, 'wait older-generation-in-use'],
    ['OP', { O: { notAfter: undefined }, P: { notAfter: undefined } }, 'wait older-generation-in-use'],
    ['OF', { O: TEN_MINUTES_AGO }, 'refuse both-slots-taken'],
    ['FO', { O: { notAfter: undefined } }, 'refuse both-slots-taken'],
  ] as const)('keeps %s, of which nobody can be sure that it has: %j', (pair, given, wanted) => {
    expect(ask(pair, given).words).toBe(wanted);
  });

  it.each([
    ['is not trusted', newest(UNPROVED), 'wait newest-not-trusted', undefined],
    ['has expired', newest({ notAfter: days(-1) }), 'wait newest-not-valid', undefined],
    [
      'is not valid yet',
      newest({ certificate: { ...newest().certificate, notBefore: days(1) } }),
      'wait newest-not-valid',
      days(1),
    ],
  ])('takes nothing while N %s', (_, given, wanted, until) => {
    for (const pair of ['OP', 'PO', 'OF', 'FO']) {
      const { words, decision } = ask(pair, { O: EXPIRED, P: EXPIRED, newest: given });
      expect(words).toBe(wanted);
      expect('until' in decision ? decision.until : undefined).toEqual(until);
    }
  });

  it.each([
    ['beside one that has expired, too', 'OP', { O: EXPIRED, P: { ...EXPIRED, entries: [] } }, 'move NO'],
    ['beside one that has not', 'PO', { P: { ...EXPIRED, entries: [] } }, 'move NO'],
    ['by itself', 'P-', { P: { ...EXPIRED, entries: [] } }, 'move N-'],
    ['beside a stranger', 'FP', { P: { ...EXPIRED, entries: [] } }, 'move FN'],
    ['beside N', 'NP', { P: { ...EXPIRED, entries: [] } }, 'move N-'],
    [
      'and nobody can be sure that it has expired',
      'OP',
      { P: { ...TEN_MINUTES_AGO, entries: [] } },
      'refuse both-slots-taken',
    ],
    ['and has not expired', 'OP', { P: { entries: [] } }, 'refuse both-slots-taken'],
  ] as const)('no longer names one whose entry is gone, %s: %s', (_, pair, given, wanted) => {
    const { words, decision } = ask(pair, given);
    expect(words).toBe(wanted);
    expect(decision).not.toMatchObject({ reason: 'rolled-back' });
  });

  it('leaves a name alone under which somebody has uploaded something else', () => {
    const entries = [entry({ name: nameOf('P').toUpperCase() }), ...newest().entries, ...former('O').entries];
    expect(ask('OP', { P: { ...EXPIRED, entries: [] }, entries }).words).toBe('refuse both-slots-taken');
  });

  it('releases the elder where that may go and the newer one can stand alone, as it would by itself', () => {
    const asked = enrollment('caReferences', 'OP', { lastUpdatedDateTimeUtc: stamp(days(-100)) });
    const others = [former('O'), former('P', { notAfter: days(-1) })];
    expect(inWords(decideReference(asked, lineage({ others }), wishes(), NOW), asked)).toBe('release O-');
  });

  it('leaves an embedded certificate in its place whose content the vault did not give', () => {
    const field = 'signingCertificates';
    expect(ask('OP', { field, O: { certificate: undefined }, P: EXPIRED }).words).toBe('move ON');
    expect(ask('PO', { field, O: { certificate: undefined }, P: EXPIRED }).words).toBe('move NO');
  });

  it.each([
    ['the first of the two ends', { O: { notAfter: days(3) }, P: { notAfter: days(5) } }, minutes(3 * 24 * 60 + 10)],
    ['the one ends whose end is known', { O: { notAfter: undefined }, P: { notAfter: days(5) } }, minutes(7210)],
    ['it does not know', { O: { notAfter: undefined }, P: { notAfter: undefined } }, undefined],
  ])('says until when N waits: %s', (_, given, until) => {
    const { decision } = ask('OP', given);
    expect(decision).toMatchObject({ reason: 'older-generation-in-use' });
    expect('until' in decision ? decision.until : undefined).toEqual(until);
  });
});
