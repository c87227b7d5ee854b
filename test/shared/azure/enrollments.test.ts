import { afterAll, beforeAll } from 'vitest';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';
import { enrollmentsContract } from '../ports/enrollments.contract.ts';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(80);
});
afterAll(() => azure.close());

enrollmentsContract('createEnrollments', async () => azure.coldWorld());
