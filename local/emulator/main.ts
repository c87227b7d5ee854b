import { onShutdown } from '../stop-with-parent.ts';
import { type EmulatorArguments, parseArguments, USAGE } from './arguments.ts';
import { DEFAULT_SEED, EMPTY_SEED } from './default-seed.ts';
import type { EmulatorDescription } from './describe.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { readSeedFile } from './read-seed-file.ts';
import type { SeedInput } from './seed.ts';

/** For what the caller can put right: arguments, the seed file. */
const EXIT_USAGE = 2;

/** `npm run emulator`. */
export async function main(args: string[]): Promise<void> {
  const order = readOrder(args);
  if (order === 'help') process.stdout.write(USAGE);
  else await run(order.json, order.seed);
}

if (import.meta.main) await main(process.argv.slice(2));

function readOrder(args: string[]): { json: boolean; seed: SeedInput } | 'help' {
  try {
    const parsed = parseArguments(args);
    return parsed === 'help' ? parsed : { json: parsed.json, seed: seedFor(parsed.seed) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(EXIT_USAGE);
  }
}

function seedFor(source: EmulatorArguments['seed']): SeedInput {
  if (source === 'default') return DEFAULT_SEED;
  return source === 'empty' ? EMPTY_SEED : readSeedFile(source.file, new Date());
}

async function run(json: boolean, seed: SeedInput): Promise<void> {
  const starting: Promise<Emulator> = startEmulator({ seed });
  // Before it has started: a signal that comes meanwhile stops it as soon as it can be stopped.
  onShutdown(async () => (await starting).close());
  const { description } = await starting;
  process.stdout.write(json ? `${JSON.stringify(description)}\n` : summary(description));
}

function summary(description: EmulatorDescription): string {
  const lines = [
    ['Resource manager', description.resourceManager],
    ['Authority', description.authority],
    ...description.keyVaults.map(({ name, url }) => [`Vault ${name}`, url]),
    ...description.provisioningServices.map((service) => [`DPS ${service.name}`, service.resourceId]),
    ...description.provisioningServices.map((service) => ['  service API', service.serviceOperationsHostName]),
    ['IDENTITY_ENDPOINT', description.identity.endpoint],
    ['IDENTITY_HEADER', description.identity.header],
    ['Control', description.control],
    ['CA to trust', `NODE_EXTRA_CA_CERTS=${description.caCertificate}`],
  ];
  const text = lines.map(([name = '', value = '']) => `${name.padEnd(20)} ${value}`).join('\n');
  return `The emulator is up, until Ctrl-C.\n\n${text}\n`;
}
