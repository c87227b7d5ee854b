import type { EmulatorDescription } from '../emulator/describe.ts';

/** What leads the plan to an emulator; the rest is on its command line. */
const SETTINGS = ['NODE_EXTRA_CA_CERTS', 'AZURE_RESOURCE_MANAGER_URL', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER'];

/**
 * A line to paste into a shell, in this project's folder, that runs the plan against everything in an emulator.
 * @param environment that leads clients there
 */
export function planCommand(
  { provisioningServices, keyVaults }: Pick<EmulatorDescription, 'provisioningServices' | 'keyVaults'>,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return [
    ...SETTINGS.map((name) => `${name}='${environment[name] ?? ''}'`),
    'npm run plan --',
    ...provisioningServices.map(({ resourceId }) => `--dps ${resourceId}`),
    ...keyVaults.map(({ url }) => `--vault ${url}`),
  ].join(' ');
}
