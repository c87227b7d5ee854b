import type { EmulatorDescription } from '../emulator/describe.ts';

/** Puts the names of vaults and provisioning services in the place of their URLs and resource ids in a text. */
export function createNameOf({
  keyVaults,
  provisioningServices,
}: Pick<EmulatorDescription, 'keyVaults' | 'provisioningServices'>): (text: string) => string {
  const names = [
    ...keyVaults.map(({ name, url }) => [url, name] as const),
    ...provisioningServices.map(({ name, resourceId }) => [resourceId, name] as const),
  ];
  return (text) => names.reduce((result, [address, name]) => result.replaceAll(address, name), text);
}
