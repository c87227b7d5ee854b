import type { EmulatorDescription } from '../../../local/emulator/describe.ts';

/** Every port that an emulator says it listens on. */
export function portsOf(description: EmulatorDescription): number[] {
  return [
    description.resourceManager,
    description.authority,
    description.control,
    /IngestionEndpoint=([^;]+)/.exec(description.applicationInsights.connectionString)?.[1] ?? '',
    description.identity.endpoint,
    ...description.keyVaults.map(({ url }) => url),
    ...description.provisioningServices.flatMap((dps) => [
      `https://${dps.serviceOperationsHostName}`,
      `https://${dps.deviceProvisioningHostName}`,
    ]),
  ].map((address) => Number(new URL(address).port));
}
