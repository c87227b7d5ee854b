import { afterAll, beforeAll } from 'vitest';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';
import { keyVaultContract } from '../ports/key-vault.contract.ts';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(60);
});
afterAll(() => azure.close());

keyVaultContract('createKeyVault', async () => azure.coldWorld());
