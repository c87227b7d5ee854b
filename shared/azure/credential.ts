import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';

/**
 * The app's identity in Azure. Not DefaultAzureCredential: probing seven sources is slow, and which of them answered
 * is a riddle when something is forbidden.
 * @param clientId of a user-assigned identity; `undefined` for the system-assigned one
 */
export function managedIdentity(clientId: string | undefined): TokenCredential {
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
