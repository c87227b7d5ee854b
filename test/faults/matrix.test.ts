import { describe, expect, it } from 'vitest';
import { counted } from '../support/counts.ts';
import { FAULT_EFFECT_NAMES } from '../support/fault-effects.ts';
import { failureOf } from '../support/fault-failure.ts';
import { pairsOfFaults, singleFaults } from '../support/fault-matrix.ts';
import { cleanLivesOf, runFaultCases } from '../support/fault-pool.ts';
import { FAULT_REFERENCES, FAULT_RETIREMENTS, FAULT_SCENARIOS, FAULT_WAYS } from '../support/fault-scenarios.ts';

// `npm run test:faults` runs the same cases, all of them, and shows how far it is.

/** Every so manieth case. No multiple of 3, so that every effect has its turn: there are nine. */
const STRIDE = counted(370, 1);
const PAIRS = counted(50, 500);
const SEED = 1;
const LONG_MS = 4 * 3_600_000;

// Run when the tests are collected, so that their names say how many cases there are.
const LIVES = await cleanLivesOf(FAULT_SCENARIOS);
const SINGLES = FAULT_SCENARIOS.flatMap((scenario) => {
  const clean = LIVES[scenario.name];
  return clean ? singleFaults(scenario, clean) : [];
});

async function failuresOf(cases: Parameters<typeof runFaultCases>[1]) {
  const results = await runFaultCases(LIVES, cases);
  expect(results).toHaveLength(cases.length);
  return results.filter(({ problems }) => problems.length > 0).map(failureOf);
}

describe('the scenarios', () => {
  it('meet every pair of a way, a kind of reference, a retirement and a number of DPS', () => {
    const values = [FAULT_WAYS, FAULT_REFERENCES, FAULT_RETIREMENTS, ['1-dps', '2-dps']];
    const pairs = values.flatMap((some, index) =>
      values.slice(index + 1).flatMap((others) => some.flatMap((one) => others.map((other) => [one, other] as const))),
    );
    const met = (pair: readonly string[]) =>
      FAULT_SCENARIOS.some(({ name }) => pair.every((value) => name.split('.').includes(value)));
    expect(pairs.filter((pair) => !met(pair))).toEqual([]);
  });

  it('retire the older CA in the end, in every DPS', () => {
    const left = Object.entries(LIVES).flatMap(([name, { outcome }]) =>
      Object.values(outcome.services).flatMap(({ entries, slots }) =>
        [...entries, ...slots].filter((held) => held.includes('<plant-a-ca 1>')).map((held) => `${name}: ${held}`),
      ),
    );
    expect(left).toEqual([]);
  });
});

describe(`one fault, at one of ${SINGLES.length / FAULT_EFFECT_NAMES.length} calls`, () => {
  const cases = SINGLES.filter((_, index) => index % STRIDE === 0);

  it(`leads to the same end as none: ${cases.length} of ${SINGLES.length} cases`, { timeout: LONG_MS }, async () => {
    expect(await failuresOf(cases)).toEqual([]);
  });
});

describe('two faults in one life', () => {
  it(`lead to the same end as none: ${PAIRS} pairs`, { timeout: LONG_MS }, async () => {
    expect(await failuresOf(pairsOfFaults(FAULT_SCENARIOS, LIVES, PAIRS, SEED))).toEqual([]);
  });
});
