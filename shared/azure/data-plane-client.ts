import type { TokenCredential } from '@azure/identity';
import { type ClientOptions, getClient } from '@azure-rest/core-client';
import { askAgainOn401 } from './ask-again-on-401.ts';
import { DataPlaneError } from './data-plane-error.ts';
import { enrollmentScope } from './enrollment-scope.ts';
import { noPages } from './no-pages.ts';
import { ownHostOnly } from './own-host-only.ts';
import { timeLimit } from './time-limit.ts';

const API_VERSION = '2021-10-01';

export interface DataPlaneRequest {
  readonly method: 'get' | 'post' | 'put';
  /** Segments of the path, not yet encoded. */
  readonly path: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text, sent as it is. */
  readonly body?: string;
}

export interface DataPlaneAnswer {
  readonly text: string;
  /** `x-ms-continuation`: how to ask for the next page; `undefined` if this was the last. */
  readonly continuation: string | undefined;
}

/** Throws `DataPlaneError` for an answer that is no success, something else where no answer came. */
export type DataPlaneClient = (request: DataPlaneRequest) => Promise<DataPlaneAnswer>;

/**
 * A client of the service API of one DPS, with the SDK's own retries (of broken connections, 5xx, and 429 with its
 * Retry-After), and one after a 401. Unlike Key Vault's clients it has its token before its first request and needs no
 * warming up. Throws an Error for a host that is not a DPS's.
 * @param host the resource's `serviceOperationsHostName`
 */
export function createDataPlaneClient(host: string, credential: TokenCredential): DataPlaneClient {
  const scope = enrollmentScope(host);
  const client = getClient(`https://${host}`, credential, {
    apiVersion: API_VERSION,
    credentials: { scopes: [scope] },
    additionalPolicies: [
      { policy: leaveTextUnparsed, position: 'perCall' },
      askAgainOn401(credential, scope),
      ownHostOnly(`https://${host}`),
      noPages(),
      timeLimit(),
    ],
  });
  return async ({ method, path, headers = {}, body }) => {
    const response = await client.pathUnchecked(encoded(path))[method]({
      headers,
      // As bytes: a string would be taken for a value, and sent as a JSON string.
      ...(body !== undefined && { body: Buffer.from(body), contentType: 'application/json' }),
    });
    const [status, text] = [Number(response.status), typeof response.body === 'string' ? response.body : ''];
    if (status < 200 || status >= 300) throw new DataPlaneError(status, text);
    return {
      text,
      continuation: response.headers['x-ms-continuation'] || undefined,
    };
  };
}

/**
 * The client parses JSON by itself: numbers would lose their source text, and an answer that cannot be parsed would be
 * quoted, whole, in its error. What is plain text it leaves alone.
 */
const leaveTextUnparsed: NonNullable<ClientOptions['additionalPolicies']>[number]['policy'] = {
  name: 'leaveTextUnparsed',
  sendRequest: async (request, next) => {
    const response = await next(request);
    response.headers.set('content-type', 'text/plain');
    return response;
  },
};

/** Throws an Error for a segment that URLs take for a step within the path, and so for another resource. */
function encoded(segments: readonly string[]): string {
  const odd = segments.find((segment) => /^\.{0,2}$/.test(segment));
  if (odd !== undefined) throw new Error(`'${odd}' cannot be an id`);
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
