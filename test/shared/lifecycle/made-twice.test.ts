import { describe, expect, it } from 'vitest';
import { isMadeTwice } from '../../../shared/lifecycle/made-twice.ts';
import type { Generation } from '../../../shared/lifecycle/observed.ts';
import { generation, NOW } from '../../support/builders.ts';

const YEAR_MS = 365 * 86_400_000;

/** A generation made some minutes from now, valid for ten years and so many seconds more. */
function made(minutes: number, given: { seconds?: number; spki?: Uint8Array } = {}): Generation {
  const createdOn = new Date(NOW.getTime() + minutes * 60_000);
  const notAfter = new Date(NOW.getTime() + 10 * YEAR_MS + (given.seconds ?? 0) * 1000);
  const { spki } = given;
  return { ...generation({ notBefore: NOW, notAfter, ...(spki && { spki }) }), createdOn };
}

describe('a generation', () => {
  it.each([
    ['of the same key, made at once', made(0), true],
    ['of the same key, ten minutes later', made(10, { seconds: 600 }), true],
    ['of the same key, eleven minutes later', made(11, { seconds: 660 }), false],
    ['of the same key, that is valid for a year more', made(1, { seconds: YEAR_MS / 1000 }), false],
    ['of another key, made at once', made(0, { spki: Uint8Array.of(0x30, 0) }), false],
  ])('%s, is the one before it once more: %s', (_, later, expected) => {
    expect(isMadeTwice(later, made(0))).toBe(expected);
  });
});
