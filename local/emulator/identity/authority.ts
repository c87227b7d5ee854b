import * as z from 'zod';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import type { Tokens } from '../tokens.ts';

export interface AuthorityOptions {
  readonly tokens: Tokens;
  readonly tenantId: string;
}

const LIFETIME_SECONDS = 3600;

const tokenRequestSchema = z.object({
  grant_type: z.string(),
  client_id: z.string().min(1),
  scope: z.string().optional(),
  resource: z.string().optional(),
});

/**
 * The OAuth 2.0 authority (RFC 6749): client_credentials with any client id and any secret or assertion. Its address
 * ends in /adfs, because MSAL asks an unknown authority's name at login.microsoftonline.com unless it is an AD FS; a
 * tenant in its place, and the v2.0 paths, work as well.
 */
export function createAuthority(options: AuthorityOptions): Service {
  return {
    service: 'identity',
    instance: 'authority',
    audiences: undefined,
    async handle(request) {
      const path = request.url.pathname.replace(/\/+$/, '');
      const { origin } = request.url;
      const configuration = /^(\/[^/]+)(\/v2\.0)?\/\.well-known\/openid-configuration$/i.exec(path);
      if (configuration && request.method === 'GET') {
        return openidConfiguration(`${origin}${configuration[1]}`, configuration[2] ?? '');
      }
      if (/^\/[^/]+\/discovery\/(v2\.0\/)?keys$/i.test(path) && request.method === 'GET') {
        return { status: 200, body: options.tokens.jwks() };
      }
      const prefix = /^(\/[^/]+)\/oauth2\/(v2\.0\/)?token$/i.exec(path)?.[1];
      if (prefix && request.method === 'POST') return token(request, `${origin}${prefix}`, options);
      return failure(404, `There is no ${request.method} ${path} at this authority.`);
    },
    unauthorized: () => failure(401, 'The client is not authenticated.'),
    failure,
  };
}

function openidConfiguration(base: string, version: string): ServiceResponse {
  const v2 = version ? '/v2.0' : '';
  return {
    status: 200,
    body: {
      issuer: `${base}${v2}`,
      authorization_endpoint: `${base}/oauth2${v2}/authorize`,
      token_endpoint: `${base}/oauth2${v2}/token`,
      device_authorization_endpoint: `${base}/oauth2${v2}/devicecode`,
      jwks_uri: `${base}/discovery${v2}/keys`,
      response_types_supported: ['code', 'id_token', 'token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    },
  };
}

function token(request: ServiceRequest, issuer: string, options: AuthorityOptions): ServiceResponse {
  const client_id = clientIdOf(request.headers.authorization);
  const body = typeof request.body === 'object' ? request.body : {};
  const parsed = tokenRequestSchema.safeParse(client_id === undefined ? body : { ...body, client_id });
  if (!parsed.success) {
    const message = 'The form needs grant_type, and client_id unless an Authorization header (Basic) names the client.';
    return oauthError('invalid_request', message);
  }
  const { grant_type, client_id: clientId, scope, resource } = parsed.data;
  if (grant_type !== 'client_credentials') {
    return oauthError('unsupported_grant_type', `'${grant_type}' is not supported: use client_credentials.`);
  }
  const audience = resource ?? audienceOf(scope ?? '');
  if (!audience) return oauthError('invalid_scope', `The scope '${scope}' names no resource: end it in /.default.`);
  const issued = options.tokens.issue({
    audience,
    issuer,
    tenantId: options.tenantId,
    clientId,
    lifetimeSeconds: LIFETIME_SECONDS,
  });
  return {
    status: 200,
    body: {
      token_type: 'Bearer',
      expires_in: LIFETIME_SECONDS,
      ext_expires_in: LIFETIME_SECONDS,
      access_token: issued.token,
    },
  };
}

/**
 * The client's identifier in HTTP Basic authentication: base64 of `client_id:client_secret`, each of them form-urlencoded
 * before (RFC 6749 section 2.3.1). Any secret will do, as in the form.
 */
function clientIdOf(authorization: string | undefined): string | undefined {
  const credentials = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (credentials === undefined) return undefined;
  const [encoded = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return new URLSearchParams(`id=${encoded}`).get('id') ?? undefined;
}

/** The resource is what stands before `/.default`, a trailing slash of its own included (`https://x//.default`). */
function audienceOf(scope: string): string | undefined {
  return scope
    .split(' ')
    .find((part) => part.endsWith('/.default'))
    ?.slice(0, -'/.default'.length);
}

/** RFC 6749 section 5.2. */
function oauthError(error: string, description: string): ServiceResponse {
  return { status: 400, body: { error, error_description: description } };
}

function failure(status: number, message: string): ServiceResponse {
  const error = status >= 500 ? 'temporarily_unavailable' : status === 401 ? 'invalid_client' : 'invalid_request';
  return { status, body: { error, error_description: message } };
}
