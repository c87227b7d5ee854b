import type { AllocationRequest } from '../../shared/allocation/allocation-request.ts';
import { type HubWeights, hubWeights } from '../../shared/allocation/hub-weights.ts';
import { parseRules } from '../../shared/allocation/parse-rules.ts';
import type { Rules } from '../../shared/allocation/rules.ts';
import { rulesSource } from '../../shared/allocation/rules-source.ts';
import { counted } from '../terminal/layout.ts';
import { type HubOption, parseHubs } from './parse-hubs.ts';
import { type Devices, readDevices } from './read-devices.ts';
import { readText } from './read-text.ts';

/** What the command line asks for, as text. */
export interface SimulationOptions {
  readonly rules?: string | undefined;
  readonly hubs?: string | undefined;
  readonly registrations?: string | undefined;
  readonly count?: string | undefined;
}

/** Everything that is needed to simulate. */
export interface SimulationInput {
  readonly rules: Rules;
  /** Where rules and devices come from, for people. */
  readonly sources: { readonly rules: string; readonly devices: string };
  readonly hubs: readonly HubOption[];
  readonly weights: HubWeights;
  readonly requests: readonly AllocationRequest[];
  /** What may surprise whoever reads the result. */
  readonly notes: readonly string[];
}

/**
 * Reads what is to be simulated. Throws an Error with all that is wrong with the rules, or with the hubs, or with the
 * registrations.
 * @param setting ALLOCATION_RULES, which counts where no file of rules is named
 */
export function readSimulation(options: SimulationOptions, setting: string | undefined): SimulationInput {
  const { rules, source } = readRules(options.rules, setting);
  const devices = readDevices({ file: options.registrations, count: options.count });
  const named = namedHubs(rules);
  const given = options.hubs === undefined ? undefined : parseHubs(options.hubs);
  const hubs = given ?? usedHubs(named, devices);
  if (hubs.length === 0) {
    throw new Error('Cannot tell which hubs there are: neither rules nor devices name one. Add --hubs name=weight,…');
  }
  return {
    rules,
    sources: { rules: source, devices: devices.source },
    hubs,
    weights: hubWeights(hubs.map(({ name, weight }) => ({ name, allocationWeight: weight }))),
    requests: devices.requests(hubs.map(({ name }) => name)),
    notes: given ? unlinkedNotes(named, given) : ['Without --hubs, the hubs are those that rules and devices name.'],
  };
}

function readRules(file: string | undefined, setting: string | undefined): { rules: Rules; source: string } {
  const from = file === undefined ? rulesSource(setting) : { file };
  if (from === undefined) return { rules: [], source: 'the default rule' };
  const source = 'file' in from ? from.file : 'ALLOCATION_RULES';
  const parsed = parseRules('file' in from ? readText(from.file, 'rules') : from.inline);
  if ('rules' in parsed)
    return { rules: parsed.rules, source: `${counted(parsed.rules.length, 'rule')} from ${source}` };
  throw new Error([`Cannot use the rules in ${source}:`, ...parsed.faults.map((fault) => `  ${fault}`)].join('\n'));
}

/** In lower case, each once. */
function namedHubs(rules: Rules): readonly string[] {
  return [...new Set(rules.flatMap(({ outcome }) => ('deny' in outcome ? [] : [...(outcome.hubs?.keys() ?? [])])))];
}

function usedHubs(named: readonly string[], { registrations }: Devices): readonly HubOption[] {
  const names = new Set(named);
  for (const { registration } of registrations) {
    if (typeof registration.currentHub === 'string') names.add(registration.currentHub.toLowerCase());
  }
  return [...names].map((name) => ({ name, weight: 1 }));
}

function unlinkedNotes(named: readonly string[], hubs: readonly HubOption[]): readonly string[] {
  const linked = new Set(hubs.map(({ name }) => name.toLowerCase()));
  const missing = named.filter((name) => !linked.has(name));
  return missing.length > 0
    ? [`The rules name hubs that are not linked, and so never used: ${missing.join(', ')}.`]
    : [];
}
