/** Audience and api-version of each service that the demo calls itself. */
export const ARM = { audience: 'https://management.azure.com', version: 'api-version=2022-12-12' };
export const VAULT = { audience: 'https://vault.azure.net', version: 'api-version=2025-07-01' };
export const ENROLLMENTS = { audience: 'https://azure-devices-provisioning.net', version: 'api-version=2021-10-01' };
