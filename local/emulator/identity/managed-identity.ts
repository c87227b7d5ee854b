import { timingSafeEqual } from 'node:crypto';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import type { Tokens } from '../tokens.ts';

export interface ManagedIdentityOptions {
  readonly tokens: Tokens;
  readonly tenantId: string;
  /** The identity that tokens are for when a request names none: the system-assigned one. */
  readonly clientId: string;
  /** The secret that App Service hands to the app as `IDENTITY_HEADER`. */
  readonly header: string;
}

/** Managed identities' tokens live for a day. */
const LIFETIME_SECONDS = 24 * 3600;

/**
 * The managed identity endpoint that App Service and Functions offer an app: plain HTTP on loopback,
 * `GET ?api-version=2019-08-01&resource=…[&client_id=…]` with the header `x-identity-header`.
 */
export function createManagedIdentity(options: ManagedIdentityOptions): Service {
  return {
    service: 'identity',
    instance: 'managed-identity',
    audiences: undefined,
    async handle(request) {
      if (!isSame(request.headers['x-identity-header'], options.header)) return this.unauthorized(request);
      if (request.method !== 'GET') return failure(405, `${request.method} is not supported: use GET.`);
      return token(request, options);
    },
    unauthorized: () => failure(401, 'The header x-identity-header is missing or is not the value of IDENTITY_HEADER.'),
    failure,
  };
}

function token(request: ServiceRequest, options: ManagedIdentityOptions): ServiceResponse {
  const query = request.url.searchParams;
  const version = query.get('api-version');
  if (version !== '2019-08-01') return failure(400, `The api-version '${version}' is not supported: use 2019-08-01.`);
  const resource = query.get('resource');
  if (!resource) return failure(400, 'The query parameter resource is missing: it names the audience of the token.');
  const clientId = query.get('client_id') ?? options.clientId;
  const issued = options.tokens.issue({
    audience: resource,
    issuer: `https://sts.windows.net/${options.tenantId}/`,
    tenantId: options.tenantId,
    clientId,
    lifetimeSeconds: LIFETIME_SECONDS,
  });
  return {
    status: 200,
    // expires_on is a string of unix seconds, as App Service has it. Clients ignore expires_in.
    body: {
      access_token: issued.token,
      expires_on: String(issued.expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: clientId,
    },
  };
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function failure(status: number, message: string): ServiceResponse {
  return { status, body: { statusCode: status, message } };
}
