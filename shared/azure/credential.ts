import { type AccessToken, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';

/** An identity endpoint on the same machine answers within a second; one that hangs would hold a function to its end. */
const TOKEN_LIMIT_MS = 30_000;

/**
 * The app's identity in Azure. Not DefaultAzureCredential: probing seven sources is slow, and which of them answered
 * is a riddle when something is forbidden. Its errors say what to check.
 * @param clientId of a user-assigned identity; `undefined` for the system-assigned one
 */
export function managedIdentity(clientId: string | undefined, limitMs: number = TOKEN_LIMIT_MS): TokenCredential {
  const inner = clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  return {
    getToken: async (scopes, options) => {
      try {
        return await within(limitMs, inner.getToken(scopes, options));
      } catch (error) {
        const which = clientId === undefined ? 'its system-assigned identity' : `the identity '${clientId}'`;
        const advice = `check that ${which} exists and is assigned to the app (setting AZURE_CLIENT_ID)`;
        const cause = error instanceof Error ? error.message : String(error);
        throw new Error(`Cannot get a token for ${[scopes].flat().join(' ')}: ${cause}; ${advice}`, { cause: error });
      }
    },
  };
}

/** The SDK sets no limit of its own. */
async function within(limitMs: number, token: Promise<AccessToken | null>): Promise<AccessToken | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the identity endpoint has not answered for ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([token, late]);
  } finally {
    clearTimeout(timer);
  }
}
