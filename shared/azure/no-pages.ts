import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/**
 * For an SDK client's `additionalPolicies`: a page with status 200, as a proxy or a gateway on the way sends it, is no
 * answer. The SDKs read nothing out of it and go on: a signature would be `undefined`, and what was never done would
 * count as done. The request fails with an ordinary Error; nothing of the page is quoted.
 */
export function noPages(): AdditionalPolicy {
  return {
    position: 'perRetry',
    policy: {
      name: 'noPages',
      sendRequest: async (request, next) => {
        const response = await next(request);
        const type = response.headers.get('content-type') ?? '';
        if (response.status < 300 && /^text\/html\b/i.test(type)) {
          const { origin } = new URL(request.url);
          throw new Error(`${origin} answered with a page instead of JSON; look for a proxy or gateway on the way`);
        }
        return response;
      },
    },
  };
}
