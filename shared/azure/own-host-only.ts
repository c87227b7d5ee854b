import type { ClientOptions } from '@azure-rest/core-client';

type AdditionalPolicy = NonNullable<ClientOptions['additionalPolicies']>[number];

/**
 * For an SDK client's `additionalPolicies`: nothing leaves for another host than the client's own. An SDK follows
 * whatever `nextLink` an answer holds, and puts its token on that request too; a token that another host has seen is
 * that host's to use. The request, or the redirect that asks for it, fails with an Error that names both hosts; no
 * path or query is shown, which may hold a key.
 * @param origin scheme, host and port of the service
 */
export function ownHostOnly(origin: string): AdditionalPolicy {
  const own = new URL(origin).origin;
  return {
    // After the retries, redirects and the token: whatever passes here is what would be sent.
    position: 'perRetry',
    policy: {
      name: 'ownHostOnly',
      sendRequest: async (request, next) => {
        const asked = originOf(request.url);
        if (asked !== own) {
          throw new Error(
            `an answer of ${own} points to ${asked}, where nothing is sent; look at what is behind ${own}`,
          );
        }
        const response = await next(request);
        const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : undefined;
        const target = location === undefined ? own : originOf(location, request.url);
        if (target !== own) {
          throw new Error(
            `${own} redirects to ${target} (${response.status}), where nothing is sent; check the address in the settings`,
          );
        }
        return response;
      },
    },
  };
}

function originOf(url: string, base?: string): string {
  const parsed = URL.parse(url, base);
  // `null` is the origin of data:, file: and the like.
  if (parsed === null || parsed.origin === 'null') return 'no host at all';
  return parsed.origin;
}
