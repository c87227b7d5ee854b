import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedIdentity } from '../../../shared/azure/credential.ts';
import { createIotDpsClient, createProvisioningService } from '../../../shared/azure/provisioning-service.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(1);
});
afterAll(() => azure.close());

describe('a token for the resource manager', () => {
  it('is asked for by its own address, which in a sovereign cloud is the only audience it accepts', async () => {
    const { resourceManager, subscriptionId, resourceGroup } = azure.emulator.description;
    const asked: (string | string[])[] = [];
    const credential: TokenCredential = {
      getToken: (scopes, options) => {
        asked.push(scopes);
        return managedIdentity(undefined).getToken(scopes, options);
      },
    };
    const dps = { id: azure.emulator.description.provisioningServices[0]?.resourceId ?? '', name: 'dps-1' };
    const client = createIotDpsClient(credential, subscriptionId, resourceManager);
    const service = createProvisioningService(client, { ...dps, subscriptionId, resourceGroup });
    expect(await service.state()).toBe('Active');
    expect(asked.flat()).toEqual([`${resourceManager}/.default`]);
  });
});
