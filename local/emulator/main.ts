import { readOptions } from '../read-options.ts';
import { readSeedOptions, SEED_USAGE } from '../read-seed-options.ts';
import { onShutdown } from '../stop-with-parent.ts';
import type { EmulatorDescription } from './describe.ts';
import type { Emulator } from './emulator.ts';
import type { SeedInput } from './seed.ts';

const USAGE = `Usage: npm run emulator -- [--json] [--seed FILE | --empty]

Emulates Azure Resource Manager, Key Vault, DPS and Entra ID on 127.0.0.1 until SIGTERM or Ctrl-C.

  --json        print one line of JSON with all addresses on standard output
${SEED_USAGE}`;

/** `npm run emulator`. */
export async function main(args: string[]): Promise<void> {
  const { json, seed } = readOptions(USAGE, () => readSeedOptions(args, new Date(), { hasJson: true }));
  await run(json, seed);
}

if (import.meta.main) await main(process.argv.slice(2));

async function run(json: boolean, seed: SeedInput): Promise<void> {
  let starting: Promise<Emulator> | undefined;
  // Before it starts: a signal that comes meanwhile stops it as soon as it can be stopped. One that does not start
  // cleans up after itself.
  onShutdown(async () => (await starting?.catch(() => undefined))?.close());
  // Loaded once it is known what to start: --help and wrong options are answered at once.
  starting = import('./emulator.ts').then(({ startEmulator }) => startEmulator({ seed }));
  try {
    const { description } = await starting;
    process.stdout.write(json ? `${JSON.stringify(description)}\n` : summary(description));
  } catch (error) {
    console.error(`Cannot start the emulator: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function summary(description: EmulatorDescription): string {
  const lines = [
    ['Resource manager', description.resourceManager],
    ['Authority', description.authority],
    ...description.keyVaults.map(({ name, url }) => [`Vault ${name}`, url]),
    ...description.provisioningServices.map((service) => [`DPS ${service.name}`, service.resourceId]),
    ...description.provisioningServices.map((service) => ['  service API', service.serviceOperationsHostName]),
    ...description.provisioningServices.map((service) => [
      '  device API',
      `${service.deviceProvisioningHostName}, idScope ${service.idScope}`,
    ]),
    ['IDENTITY_ENDPOINT', description.identity.endpoint],
    ['IDENTITY_HEADER', description.identity.header],
    ['Application Insights', description.applicationInsights.connectionString],
    ['Control', description.control],
    ['CA to trust', `NODE_EXTRA_CA_CERTS=${description.caCertificate}`],
  ];
  const text = lines.map(([name = '', value = '']) => `${name.padEnd(20)} ${value}`).join('\n');
  return `The emulator is up, until Ctrl-C.\n\n${text}\n`;
}
