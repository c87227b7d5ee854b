import type { TokenCredential } from '@azure/identity';
import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/**
 * For an SDK client's `additionalPolicies`, before `ownHostOnly`: a request that is answered 401 is sent once more, with
 * a token that the credential is asked for anew. The SDK's policy keeps a token for as long as its own clock says and by
 * itself answers only challenges that name claims; but a token may end early, or be refused by one node of a service.
 * What is answered 401 was not carried out. Key Vault's clients do as much by themselves.
 * A credential with a cache of its own may give the same token again: then the second answer stands.
 * @param scope of the client's tokens
 */
export function askAgainOn401(credential: TokenCredential, scope: string): AdditionalPolicy {
  return {
    // After the SDK's own policy has put its token on.
    position: 'perRetry',
    policy: {
      name: 'askAgainOn401',
      sendRequest: async (request, next) => {
        const response = await next(request);
        if (response.status !== 401) return response;
        const { abortSignal } = request;
        const token = await credential.getToken(scope, { enableCae: true, ...(abortSignal && { abortSignal }) });
        if (token === null) return response;
        request.headers.set('authorization', `Bearer ${token.token}`);
        return next(request);
      },
    },
  };
}
