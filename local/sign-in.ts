import { DefaultAzureCredential } from '@azure/identity';

const NOT_SIGNED_IN =
  "Cannot sign in to Azure: no credential works here. Run 'az login' (in a sovereign cloud with AZURE_AUTHORITY_HOST " +
  'and AZURE_RESOURCE_MANAGER_URL set), or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.';

/**
 * Whoever is signed in here, tried once, so that it is said once, and not for everything that then cannot be read.
 * Throws an Error that says how to sign in, and below it why each credential failed.
 * @param resourceManagerUrl origin of the cloud's resource manager
 */
export async function signIn(resourceManagerUrl: string): Promise<DefaultAzureCredential> {
  const credential = new DefaultAzureCredential();
  try {
    await credential.getToken(`${resourceManagerUrl}/.default`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${NOT_SIGNED_IN}\n${why}`, { cause: error });
  }
  return credential;
}
