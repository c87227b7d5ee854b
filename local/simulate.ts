import { parseArgs } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import type { LinkedHub } from '../shared/ports.ts';
import { readOptions } from './read-options.ts';
import {
  readSources,
  type SimulationInput,
  type SimulationOptions,
  type SimulationSources,
  simulationInput,
} from './simulate/read-simulation.ts';
import { type Simulation, simulateFleet } from './simulate/simulate-fleet.ts';
import { simulationLines } from './simulate/simulation-lines.ts';
import { UNKNOWN_ENROLLMENT } from './simulate/to-request.ts';
import { heading } from './terminal/heading.ts';
import { createPaint } from './terminal/paint.ts';
import { paragraph } from './terminal/paragraph.ts';

const USAGE = `Usage: npm run simulate -- [--rules FILE] [--hubs NAME=WEIGHT,… | --dps RESOURCE-ID]
                           [--registrations FILE | --count N] [--json]

What the allocation webhook would do with a fleet: devices per hub against the weights, devices that would move or be
denied, by rule. Nothing is changed, and without --dps nothing is read from Azure.

  --rules FILE           the rules (docs/allocation.md); without it those of ALLOCATION_RULES, else the default rule.
                         Where both are there, ALLOCATION_RULES are the present rules: devices without a hub are taken
                         to be where those put them, so that moves and denials are the difference
  --hubs NAME=WEIGHT,…   the hubs linked to the DPS, with their allocation weights; a name alone has 1
  --dps RESOURCE-ID      the hubs that are linked to this DPS now, with its weights; whoever is signed in with 'az login'
                         is asked for (DefaultAzureCredential), and needs Reader on it.
                         Without either, the hubs that rules and registrations name, each with 1
  --registrations FILE   the devices, one a line: registrationId[,currentHub[,enrollment]], or JSON objects with these
                         names and payload, issuer, issuerThumbprint. Without an enrollment: '${UNKNOWN_ENROLLMENT}'
  --count N              this many made-up devices instead (default 10000), all of them new
  --json                 the counts as JSON
  --help                 print this

For example, what a third hub would change:

  npm run simulate -- --hubs hub-a=2,hub-b=1,hub-c=1 --registrations devices.csv

Exit code: 0 whatever it finds, 2 wrong arguments, files or rules (all faults are listed), 1 the DPS could not be read.
`;

const EXIT_FAILURE = 1;

/** `npm run simulate`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const { sources, json } = readOptions(USAGE, () => read(args));
  if (sources === undefined) return; // --help has ended the process.
  let linked: readonly LinkedHub[] | undefined;
  try {
    linked = await linkedHubs(sources);
  } catch (error) {
    process.stderr.write(`${`${messageOf(error)}.`.split('\n').flatMap(paragraph).join('\n')}\n`);
    process.exitCode = EXIT_FAILURE;
    return;
  }
  const { input } = readOptions(USAGE, () => ({ help: false, input: simulationInput(sources, linked) }));
  process.stdout.on('error', () => {}); // Whoever read has gone (`| head`).
  const simulation = simulateFleet(input.requests, input.rules, input.weights);
  process.stdout.write(json ? asJson(input, simulation) : asText(input, simulation));
}

async function linkedHubs({ hubs }: SimulationSources): Promise<readonly LinkedHub[] | undefined> {
  if (hubs === undefined || !('dps' in hubs)) return hubs;
  // Imported where it is needed: the SDKs of Azure are slow to load.
  const { readLinkedHubs } = await import('./simulate/linked-hubs.ts');
  return readLinkedHubs(hubs);
}

function read(args: string[]): { help: boolean; json: boolean; sources?: SimulationSources } {
  const { help, json, ...options } = parse(args);
  return help ? { help, json } : { help, json, sources: readSources(options, process.env) };
}

function parse(args: string[]): SimulationOptions & { help: boolean; json: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { rules: text, hubs: text, dps: text, registrations: text, count: text, json: flag, help: flag };
  return parseArgs({ args, options }).values;
}

function asJson({ sources, hubs, notes }: SimulationInput, simulation: Simulation): string {
  const linked = new Map(hubs.map((hub) => [hub.name, hub]));
  const counts = simulation.hubs.map(({ hub, devices, byWeight }) => {
    const { allocationWeight: weight = 1, applyAllocationPolicy: applies = true } = linked.get(hub) ?? {};
    return { hub, weight, applies, devices, byWeight: Math.round(byWeight * 100) / 100 };
  });
  return `${JSON.stringify({ sources, ...simulation, hubs: counts, notes }, undefined, 2)}\n`;
}

function asText({ sources, notes }: SimulationInput, simulation: Simulation): string {
  const paint = createPaint(process.stdout);
  const lines = [
    ...heading('Where the devices would go', paint),
    ...paragraph(`${sources.devices}, by ${sources.rules}${sources.hubs ? `, on the hubs of ${sources.hubs}` : ''}.`),
    ...simulationLines(simulation, notes, paint),
    '',
  ];
  return `${lines.join('\n')}\n`;
}
