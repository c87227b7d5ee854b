import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../local/faults/summary.ts';
import { counted } from '../support/counts.ts';
import type { FaultCase } from '../support/fault-case.ts';
import { FAULT_EFFECT_NAMES, type FaultEffectName, FURTHER_EFFECT_NAMES } from '../support/fault-effects.ts';
import { pairsOfFaults, singleFaults } from '../support/fault-matrix.ts';
import { cleanLivesOf, runFaultCases } from '../support/fault-pool.ts';
import {
  FAULT_CA,
  FAULT_REFERENCES,
  FAULT_RETIREMENTS,
  FAULT_SCENARIOS,
  FAULT_WAYS,
} from '../support/fault-scenarios.ts';

// `npm run test:faults` runs the same cases, all of them, and shows how far it is.

/** Every so manieth case; a test sees to it that every effect has its turn. */
const STRIDE = counted(490, 1);
/** The same of the further effects. */
const FURTHER_STRIDE = counted(443, 5);
const PAIRS = counted(50, 500);
const SEED = 1;
const LONG_MS = 4 * 3_600_000;

// Run when the tests are collected, so that their names say how many cases there are.
const LIVES = await cleanLivesOf(FAULT_SCENARIOS);
const singles = (effects: readonly FaultEffectName[]) =>
  FAULT_SCENARIOS.flatMap((scenario) => {
    const clean = LIVES[scenario.name];
    return clean ? singleFaults(scenario, clean, effects) : [];
  });
const SINGLES = singles(FAULT_EFFECT_NAMES);
const FURTHER = singles(FURTHER_EFFECT_NAMES);

const effectsOf = (cases: readonly FaultCase[]) =>
  new Set(cases.flatMap(({ faults }) => faults.map(({ effect }) => effect)));

/** What a renewal of each way leaves in the vault. */
const VERSIONS = {
  subordinate: ['enabled CA, signed by <fleet-root 1>, a new key', 'enabled CA, signed by <fleet-root 1>, a new key'],
  'same-key-root': [
    'enabled CA, signed by itself, a new key',
    'enabled CA, signed by <plant-a-ca 1>, the key of <plant-a-ca 1>',
  ],
  'new-key-root': [
    'enabled CA, signed by itself, a new key',
    'disabled end entity, signed by itself, a new key',
    'enabled CA, signed by <plant-a-ca 2>, the key of <plant-a-ca 2>',
  ],
} as const satisfies Record<(typeof FAULT_WAYS)[number], readonly string[]>;

/** Runs cases, and prints what they have come to. */
async function failuresOf(what: string, cases: Parameters<typeof runFaultCases>[1]) {
  const began = performance.now();
  const results = await runFaultCases(LIVES, cases);
  expect(results).toHaveLength(cases.length);
  const summary = summaryOf(LIVES, results, performance.now() - began);
  const { failures, violations, worstOverhead, durationMs } = summary;
  console.log(
    `${what}: ${cases.length} cases, ${failures.length} failed, violations: ${violations}, ` +
      `at most ${worstOverhead} calls more, ${Math.round(durationMs / 1000)} s`,
  );
  return summary.failures;
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

  it.each(FAULT_SCENARIOS.map(({ name, way }) => [name, way] as const))('renew as asked for: %s', (name, way) => {
    const { vaults } = LIVES[name]?.outcome ?? {};
    expect(vaults?.[`${FAULT_CA.vault}/${FAULT_CA.name}`]?.versions).toEqual(VERSIONS[way]);
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

describe('one fault that outlasts the retries of the SDKs, or that looks like an answer,', () => {
  const cases = FURTHER.filter((_, index) => index % FURTHER_STRIDE === 0);

  it('is of every kind', () => {
    expect(effectsOf(cases)).toEqual(new Set(FURTHER_EFFECT_NAMES));
  });

  it(`leads to the same end as none: ${cases.length} of ${FURTHER.length} cases`, { timeout: LONG_MS }, async () => {
    expect(await failuresOf('further faults', cases)).toEqual([]);
  });
});

describe(`one fault, at one of ${Object.values(LIVES).reduce((sum, { calls }) => sum + calls.length, 0)} calls`, () => {
  const cases = SINGLES.filter((_, index) => index % STRIDE === 0);

  it('is of every kind', () => {
    expect(effectsOf(cases)).toEqual(new Set(FAULT_EFFECT_NAMES));
  });

  it(`leads to the same end as none: ${cases.length} of ${SINGLES.length} cases`, { timeout: LONG_MS }, async () => {
    expect(await failuresOf('single faults', cases)).toEqual([]);
  });
});

describe('two faults in one life', () => {
  it(`lead to the same end as none: ${PAIRS} pairs`, { timeout: LONG_MS }, async () => {
    expect(await failuresOf('pairs of faults', pairsOfFaults(FAULT_SCENARIOS, LIVES, PAIRS, SEED))).toEqual([]);
  });
});
