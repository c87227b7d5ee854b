import { parseArgs } from 'node:util';
import { FAULT_EFFECT_NAMES, type FaultEffectName, FURTHER_EFFECT_NAMES } from '../../test/support/fault-effects.ts';
import { faultScenario } from '../../test/support/fault-scenarios.ts';

export interface FaultOptions {
  readonly help: boolean;
  readonly json: boolean;
  /** Names; empty for all. */
  readonly scenarios: readonly string[];
  /** One case to be run again; empty for the whole matrix. */
  readonly faults: readonly { readonly call: number; readonly effect: FaultEffectName }[];
  /** How many pairs to draw in the matrix's stead; `undefined` for the matrix. */
  readonly pairs: number | undefined;
  readonly seed: number;
}

/** Throws an Error that says what is wrong, and what there is, in one sentence. */
export function readFaultOptions(args: readonly string[]): FaultOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true, default: [] },
      call: { type: 'string', multiple: true, default: [] },
      effect: { type: 'string', multiple: true, default: [] },
      pairs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  for (const name of values.scenario) faultScenario(name);
  const effects = values.effect.map(effectNamed);
  if (values.call.length !== values.effect.length) {
    throw new Error('--call and --effect come in pairs: each --call needs an --effect');
  }
  const faults = values.call.map((call, index) => ({
    call: wholeNumber('--call', call, 1),
    effect: effects[index] ?? '500',
  }));
  if (faults.length > 0 && values.scenario.length !== 1) throw new Error('--call needs one --scenario');
  if (faults.length > 0 && values.pairs !== undefined) throw new Error('--call and --pairs exclude each other');
  return {
    help: values.help,
    json: values.json,
    scenarios: values.scenario,
    faults,
    pairs: values.pairs === undefined ? undefined : wholeNumber('--pairs', values.pairs, 1),
    seed: wholeNumber('--seed', values.seed, 0),
  };
}

function effectNamed(text: string): FaultEffectName {
  const names = [...FAULT_EFFECT_NAMES, ...FURTHER_EFFECT_NAMES];
  const found = names.find((name) => name === text);
  if (found) return found;
  throw new Error(`There is no effect '${text}': there are ${names.join(', ')}`);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${option} must be a whole number, at least ${least}: it is '${text}'`);
}
