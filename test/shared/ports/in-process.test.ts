import { inProcessWorld } from '../../support/contract-world.ts';
import { enrollmentsContract } from './enrollments.contract.ts';
import { keyVaultContract } from './key-vault.contract.ts';
import { provisioningServiceContract } from './provisioning-service.contract.ts';

// The second implementation, which the tests of the operations rest on: the same promises, word for word.
keyVaultContract('inProcessVault', inProcessWorld);
provisioningServiceContract('inProcessProvisioningService', inProcessWorld);
enrollmentsContract('inProcessEnrollments', inProcessWorld);
