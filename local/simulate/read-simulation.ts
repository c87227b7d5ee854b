import type { AllocationRequest } from '../../shared/allocation/allocation-request.ts';
import { type HubWeights, hubWeights } from '../../shared/allocation/hub-weights.ts';
import { parseRules } from '../../shared/allocation/parse-rules.ts';
import type { Rules } from '../../shared/allocation/rules.ts';
import { rulesSource } from '../../shared/allocation/rules-source.ts';
import type { LinkedHub } from '../../shared/ports.ts';
import type { Environment } from '../../shared/settings.ts';
import { type DpsOption, readDpsOption } from '../read-dps-option.ts';
import { counted } from '../terminal/layout.ts';
import { parseHubs } from './parse-hubs.ts';
import { placeBy } from './place-by.ts';
import { type Devices, readDevices } from './read-devices.ts';
import { readText } from './read-text.ts';

/** What the command line asks for, as text. */
export interface SimulationOptions {
  readonly rules?: string | undefined;
  readonly hubs?: string | undefined;
  readonly dps?: string | undefined;
  readonly registrations?: string | undefined;
  readonly count?: string | undefined;
}

/** What the command line and its files say. */
export interface SimulationSources {
  readonly rules: Rules;
  /** Where the rules come from, for people. */
  readonly rulesSource: string;
  /** Those of ALLOCATION_RULES, where others are to be tried against them. */
  readonly present: Rules | undefined;
  readonly devices: Devices;
  /** The linked hubs; where they are to be read; `undefined`: those that rules and devices name. */
  readonly hubs: readonly LinkedHub[] | DpsOption | undefined;
}

/** Everything that is needed to simulate. */
export interface SimulationInput {
  readonly rules: Rules;
  /** Where rules, devices and hubs come from, for people; `hubs` is a DPS by its name. */
  readonly sources: { readonly rules: string; readonly devices: string; readonly hubs?: string };
  readonly hubs: readonly LinkedHub[];
  readonly weights: HubWeights;
  readonly requests: readonly AllocationRequest[];
  /** What may surprise whoever reads the result. */
  readonly notes: readonly string[];
}

/**
 * Reads what is to be simulated, but for what a DPS has to tell. Throws an Error with all that is wrong with the rules,
 * or with the hubs, or with the registrations.
 * @param environment ALLOCATION_RULES counts where no file of rules is named, and else as the present rules
 */
export function readSources(options: SimulationOptions, environment: Environment): SimulationSources {
  const setting = environment.ALLOCATION_RULES;
  const { rules, source } = readRules(options.rules, setting);
  const isTrial = options.rules !== undefined && rulesSource(setting) !== undefined;
  const hubs = readHubs(options, environment);
  return {
    rules,
    rulesSource: source,
    present: isTrial ? readRules(undefined, setting).rules : undefined,
    devices: readDevices({ file: options.registrations, count: options.count }),
    hubs,
  };
}

/**
 * Puts together what is to be simulated. Throws an Error where there are no hubs, or with all that is wrong with the
 * registrations.
 * @param linked the hubs that were given, or read
 */
export function simulationInput(sources: SimulationSources, linked: readonly LinkedHub[] | undefined): SimulationInput {
  const { rules, devices } = sources;
  const named = namedHubs(rules);
  const hubs = linked ?? usedHubs(named, devices);
  if (hubs.length === 0) {
    throw new Error(
      'Cannot tell which hubs there are: neither rules nor devices name one. Add --hubs name=weight,… or --dps RESOURCE-ID',
    );
  }
  const weights = hubWeights(hubs);
  const requests = devices.requests(hubs.map(({ name }) => name));
  const dps = sources.hubs !== undefined && 'dps' in sources.hubs ? sources.hubs.dps.name : undefined;
  return {
    rules,
    sources: { rules: sources.rulesSource, devices: devices.source, ...(dps !== undefined && { hubs: dps }) },
    hubs,
    weights,
    requests: sources.present ? placeBy(requests, sources.present, weights) : requests,
    notes: [
      ...(sources.present
        ? ['Devices without a hub are taken to be where the present rules, those of ALLOCATION_RULES, put them.']
        : []),
      ...(linked
        ? [...unlinkedNotes(named, linked), ...unappliedNotes(linked)]
        : ['Without --hubs or --dps, the hubs are those that rules and devices name.']),
    ],
  };
}

function readHubs({ hubs, dps }: SimulationOptions, environment: Environment): SimulationSources['hubs'] {
  if (dps === undefined) return hubs === undefined ? undefined : parseHubs(hubs);
  if (hubs !== undefined) {
    throw new Error('--hubs and --dps exclude each other: the hubs are given, or those that are linked to a DPS.');
  }
  const option = readDpsOption(dps, environment);
  if ('faults' in option) throw new Error(option.faults.join('\n'));
  return option;
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

function usedHubs(named: readonly string[], { registrations }: Devices): readonly LinkedHub[] {
  const names = new Set(named);
  for (const { registration } of registrations) {
    if (typeof registration.currentHub === 'string') names.add(registration.currentHub.toLowerCase());
  }
  return [...names].map((name) => ({ name }));
}

function unlinkedNotes(named: readonly string[], hubs: readonly LinkedHub[]): readonly string[] {
  const linked = new Set(hubs.map(({ name }) => name.toLowerCase()));
  const missing = named.filter((name) => !linked.has(name));
  return missing.length > 0
    ? [`The rules name hubs that are not linked, and so never used: ${missing.join(', ')}.`]
    : [];
}

function unappliedNotes(hubs: readonly LinkedHub[]): readonly string[] {
  const names = hubs.flatMap(({ name, applyAllocationPolicy }) => (applyAllocationPolicy === false ? name : []));
  return names.length > 0
    ? [
        `The DPS does not apply its allocation policy to these hubs, so only a rule that names them fills them: ${names.join(', ')}.`,
      ]
    : [];
}
