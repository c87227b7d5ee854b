import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compose } from '../../shared/compose.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../support/emulated-azure.ts';

const CLIENT_ID = '0d6a3ae5-7ba4-4d2c-9f53-6a4d0b3f4c11';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(1);
  const { keyVaults, provisioningServices, resourceManager } = azure.emulator.description;
  vi.stubEnv('KEY_VAULT_URLS', keyVaults.map(({ url }) => url).join(','));
  vi.stubEnv('DPS_RESOURCE_IDS', provisioningServices.map(({ resourceId }) => resourceId).join(','));
  vi.stubEnv('AZURE_RESOURCE_MANAGER_URL', resourceManager);
  vi.stubEnv('AZURE_CLIENT_ID', CLIENT_ID);
  // vitest puts 'test' there.
  vi.stubEnv('MODE', 'enforce');
});
afterAll(() => azure.close());

describe('compose', () => {
  it('asks for every token in the name of the identity in AZURE_CLIENT_ID, for the services in the settings', async () => {
    const lines: string[] = [];
    const log = { log: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
    await compose(log).scan();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: 'scan_completed', failures: [] }]);
    const tokens = azure.emulator.requests().filter(({ service }) => service === 'identity');
    const asked = new Set(tokens.map(({ query }) => `${query.resource} as ${query.client_id}`));
    const { resourceManager } = azure.emulator.description;
    expect(asked).toEqual(
      new Set(
        [resourceManager, 'https://vault.azure.net', 'https://azure-devices-provisioning.net'].map(
          (resource) => `${resource} as ${CLIENT_ID}`,
        ),
      ),
    );
  });
});
