import { describe, expect, it } from 'vitest';
import { readFaultOptions } from '../../../local/faults/read-fault-options.ts';

const SCENARIO = 'subordinate.ca-references.expired.2-dps';

describe('the options of the fault matrix', () => {
  it('mean all of it where there are none', () => {
    expect(readFaultOptions([])).toEqual({
      help: false,
      json: false,
      scenarios: [],
      faults: [],
      pairs: undefined,
      seed: 1,
    });
  });

  it('name one case, with as many faults as it has', () => {
    const args = ['--scenario', SCENARIO, '--call', '3', '--effect', 'killed', '--call', '12', '--effect', '503x3'];
    expect(readFaultOptions(args)).toMatchObject({
      scenarios: [SCENARIO],
      faults: [
        { call: 3, effect: 'killed' },
        { call: 12, effect: '503x3' },
      ],
    });
  });

  it('draw pairs', () => {
    expect(readFaultOptions(['--pairs', '7', '--seed', '0'])).toMatchObject({ pairs: 7, seed: 0 });
  });

  it.each([
    [['--scenario', 'x'], `There is no scenario 'x': there are ${SCENARIO}`],
    [['--scenario', SCENARIO, '--call', '1', '--effect', 'flood'], "There is no effect 'flood': there are drop-before"],
    [['--scenario', SCENARIO, '--call', '1'], 'each --call needs an --effect'],
    [['--call', '1', '--effect', '500'], '--call needs one --scenario'],
    [
      ['--scenario', SCENARIO, '--call', '0', '--effect', '500'],
      "--call must be a whole number, at least 1: it is '0'",
    ],
    [['--scenario', SCENARIO, '--call', '1', '--effect', '500', '--pairs', '1'], 'exclude each other'],
    [['--pairs', '1.5'], "--pairs must be a whole number, at least 1: it is '1.5'"],
    [['--seed', 'x'], "--seed must be a whole number, at least 0: it is 'x'"],
    [['--calls'], '--calls'],
  ])('%j are refused', (args, message) => {
    expect(() => readFaultOptions(args)).toThrow(message);
  });
});
