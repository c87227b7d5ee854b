import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../local/renew/outcome-of.ts';

const step = (name: string, reason: string) => ({ lane: 'vault', step: name, reason, explanation: '' });
const obstacle = (severity: string, reason: string) => ({ severity, reason, message: '' });
const REST = [step('wait', 'not-due'), step('wait', 'settled')];
const DENIED = obstacle('attention', 'forbidden');

describe('a renewal that was waited for', () => {
  it.each([
    ['finished', 'every lane rests', REST, []],
    ['unfinished', 'a step is left', [step('prove', 'entry-unverified')], []],
    ['unfinished', 'its issuer comes first', [step('wait', 'issuer-due')], []],
    ['unfinished', 'it failed, though nothing is due', REST, [obstacle('note', 'renewal-failed')]],
    ['unfinished', 'it was given up, though nothing is due', REST, [obstacle('attention', 'renewal-abandoned')]],
    ['refused', 'a lane refuses', [step('refuse', 'bad-tag')], []],
    ['refused', 'it has met a refusal, though a step is left', [step('prove', 'entry-unverified')], [DENIED]],
    ['refused', 'one lane was refused and another failed', REST, [obstacle('note', 'renewal-failed'), DENIED]],
  ])('is %s where %s', (outcome, _, next, met) => {
    expect(outcomeOf({ next, met })).toBe(outcome);
  });
});
