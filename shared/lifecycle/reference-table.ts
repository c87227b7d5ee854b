import type { Member } from './reference-lineage.ts';
import type { Slot } from './reference-slots.ts';

/**
 * Who holds a slot: the newest generation (N), an older version (O), one that was rolled back (D, for disabled) or has
 * expired and lost its entry, a CA of another lineage or something unreadable (F, for foreign), or nobody (-).
 */
export type Holder = 'N' | 'O' | 'D' | 'F' | '-';

/** Both slots, the primary first. */
export type Pair = `${Holder}${Holder}`;

/** What a pair should become; an O or F in it is the one that is there. */
export type WantedPair = 'N-' | 'NO' | 'NF' | 'FN';

export type Rule =
  | WantedPair
  /** No version of this CA is in it. */
  | 'not ours'
  /** It holds the newest already. */
  | 'holds newest'
  /** Two older versions: one must go before the newest can come. */
  | 'crowded'
  /** An older version and a stranger: neither may make room. */
  | 'taken';

/**
 * What a reference ought to be. Moving only adds: nothing makes room for the newest generation but a version that was
 * rolled back, and `primary` is never left empty.
 */
export const RULES: Readonly<Record<Pair, Rule>> = {
  '--': 'not ours',
  '-F': 'not ours',
  'F-': 'not ours',
  FF: 'not ours',

  'N-': 'holds newest',
  '-N': 'holds newest',
  NN: 'holds newest',
  NO: 'holds newest',
  ON: 'holds newest',
  NF: 'holds newest',
  FN: 'holds newest',

  'O-': 'NO',
  '-O': 'NO',
  OO: 'crowded', // unless both are the same version
  OF: 'taken',
  FO: 'taken',

  'D-': 'N-',
  '-D': 'N-',
  DD: 'N-',
  DN: 'N-',
  ND: 'N-',
  DO: 'NO',
  OD: 'NO',
  DF: 'NF',
  FD: 'FN',
};

const LETTERS = { newest: 'N', older: 'O', 'rolled-back': 'D' } as const;

/** Who holds a slot, given the version that was found in it. */
export function holderOf(slot: Slot, member: Member | undefined): Holder {
  if (slot.kind === 'empty') return '-';
  return member === undefined ? 'F' : LETTERS[member.rank];
}
