import { parseArgs } from 'node:util';
import { readOptions } from './read-options.ts';
import { readSimulation, type SimulationInput, type SimulationOptions } from './simulate/read-simulation.ts';
import { type Simulation, simulateFleet } from './simulate/simulate-fleet.ts';
import { simulationLines } from './simulate/simulation-lines.ts';
import { UNKNOWN_ENROLLMENT } from './simulate/to-request.ts';
import { heading } from './terminal/heading.ts';
import { createPaint } from './terminal/paint.ts';
import { paragraph } from './terminal/paragraph.ts';

const USAGE = `Usage: npm run simulate -- [--rules FILE] [--hubs NAME=WEIGHT,…] [--registrations FILE | --count N] [--json]

What the allocation webhook would do with a fleet: devices per hub against the weights, devices that would move or be
denied, by rule. Nothing is read from Azure and nothing is changed.

  --rules FILE           the rules (docs/allocation.md); without it those of ALLOCATION_RULES, else the default rule
  --hubs NAME=WEIGHT,…   the hubs linked to the DPS, with their allocation weights; a name alone has 1.
                         Without it, the hubs that rules and registrations name, each with 1
  --registrations FILE   the devices, one a line: registrationId[,currentHub[,enrollment]], or JSON objects with these
                         names and payload, issuer, issuerThumbprint. Without an enrollment: '${UNKNOWN_ENROLLMENT}'
  --count N              this many made-up devices instead (default 10000), all of them new
  --json                 the counts as JSON
  --help                 print this

For example, what a third hub would change:

  npm run simulate -- --hubs hub-a=2,hub-b=1,hub-c=1 --registrations devices.csv
`;

/** `npm run simulate`: exits with 0 whatever it finds, 2 for wrong arguments, files or rules (all faults are listed). */
export async function main(args: string[]): Promise<void> {
  const { input, json } = readOptions(USAGE, () => read(args));
  if (input === undefined) return; // --help has ended the process.
  process.stdout.on('error', () => {}); // Whoever read has gone (`| head`).
  const simulation = simulateFleet(input.requests, input.rules, input.weights);
  process.stdout.write(json ? asJson(input, simulation) : asText(input, simulation));
}

function read(args: string[]): { help: boolean; json: boolean; input?: SimulationInput } {
  const { help, json, ...options } = parse(args);
  return help ? { help, json } : { help, json, input: readSimulation(options, process.env.ALLOCATION_RULES) };
}

function parse(args: string[]): SimulationOptions & { help: boolean; json: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { rules: text, hubs: text, registrations: text, count: text, json: flag, help: flag };
  return parseArgs({ args, options }).values;
}

function asJson({ sources, hubs, notes }: SimulationInput, simulation: Simulation): string {
  const weights = new Map(hubs.map(({ name, weight }) => [name, weight]));
  const counts = simulation.hubs.map(({ hub, devices, byWeight }) => {
    return { hub, weight: weights.get(hub), devices, byWeight: Math.round(byWeight * 100) / 100 };
  });
  return `${JSON.stringify({ sources, ...simulation, hubs: counts, notes }, undefined, 2)}\n`;
}

function asText({ sources, notes }: SimulationInput, simulation: Simulation): string {
  const paint = createPaint(process.stdout);
  const lines = [
    ...heading('Where the devices would go', paint),
    ...paragraph(`${sources.devices}, by ${sources.rules}.`),
    ...simulationLines(simulation, notes, paint),
    '',
  ];
  return `${lines.join('\n')}\n`;
}
