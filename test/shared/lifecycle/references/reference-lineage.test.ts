import { describe, expect, it } from 'vitest';
import { isNewer, memberIn } from '../../../../shared/lifecycle/reference-lineage.ts';
import { days, entry } from '../../../support/builders.ts';
import { former, lineage, nameOf, newest, thumbprintOf } from './reference-builders.ts';

describe('memberIn', () => {
  it.each([
    ['an entry, whatever its case', { kind: 'entry', name: nameOf('O').toUpperCase() } as const, 'O'],
    ['the newest', { kind: 'entry', name: nameOf('N') } as const, 'N'],
    ['a thumbprint', { kind: 'certificate', thumbprint: thumbprintOf('D'), subjectName: undefined } as const, 'D'],
  ])('finds the version by %s', (_, slot, letter) => {
    expect(memberIn(lineage(), slot)?.thumbprint).toBe(thumbprintOf(letter));
  });

  it('finds a version under every name that its entries have', () => {
    const others = [former('O', { entries: [...former('O').entries, entry({ name: 'by-hand' })] })];
    expect(memberIn(lineage({ others }), { kind: 'entry', name: 'By-Hand' })?.thumbprint).toBe(thumbprintOf('O'));
  });

  it.each([
    ['another name', { kind: 'entry', name: `${nameOf('O')}x` } as const],
    ['another thumbprint', { kind: 'certificate', thumbprint: thumbprintOf('F'), subjectName: 'CN=device-1' } as const],
    ['nothing', { kind: 'empty' } as const],
    ['what cannot be read', { kind: 'unreadable' } as const],
  ])('takes %s for a stranger', (_, slot) => {
    expect(memberIn(lineage(), slot)).toBeUndefined();
  });
});

describe('isNewer', () => {
  const [o, p, d] = [former('O'), former('P'), former('D')];
  it.each([
    ['O', 'P', o, p, true],
    ['P', 'O', p, o, false],
    ['N', 'O', newest(), o, true],
    ['N', 'O of the same second', newest({ createdOn: days(-200) }), o, true],
    ['N', 'D, which came later', newest(), d, true],
    ['D', 'N', d, newest(), false],
    ['D', 'O', d, o, false],
    ['O', 'P of the same second', o, former('P', { createdOn: days(-200) }), false],
    ['N', 'itself', newest(), newest(), false],
  ])('%s than %s', (_, __, a, b, wanted) => {
    expect(isNewer(a, b)).toBe(wanted);
  });
});
