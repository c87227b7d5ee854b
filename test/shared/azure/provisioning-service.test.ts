import { afterAll, beforeAll } from 'vitest';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';
import { provisioningServiceContract } from '../ports/provisioning-service.contract.ts';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(40);
});
afterAll(() => azure.close());

provisioningServiceContract('createProvisioningService', async () => azure.coldWorld());
