import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../local/emulator/identity/authority.ts';
import { createManagedIdentity } from '../../../../local/emulator/identity/managed-identity.ts';
import type { Service, ServiceResponse } from '../../../../local/emulator/service.ts';
import { createTokens } from '../../../../local/emulator/tokens.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const NOW_SECONDS = NOW.getTime() / 1000;
const RESOURCE = 'https://management.azure.com';
const tokens = createTokens(() => NOW);
const managedIdentity = createManagedIdentity({
  tokens,
  tenantId: 'tenant-1',
  clientId: 'client-1',
  header: 'secret-1',
});
const authority = createAuthority({ tokens, tenantId: 'tenant-1' });

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function call(
  service: Service,
  path: string,
  { method = 'GET', headers = {}, body }: Call = {},
): Promise<ServiceResponse> {
  return service.handle({ method, url: new URL(`https://localhost:1${path}`), headers, body });
}

function accessToken(response: ServiceResponse): string {
  return (response.body as { access_token: string }).access_token;
}

describe('the managed identity endpoint', () => {
  const path = `/msi/token?api-version=2019-08-01&resource=${encodeURIComponent(RESOURCE)}`;
  const headers = { 'x-identity-header': 'secret-1' };

  it('answers as App Service does, expires_on in unix seconds as a string', async () => {
    const response = await call(managedIdentity, path, { headers });
    expect(response).toStrictEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        expires_on: String(NOW_SECONDS + 86_400),
        resource: RESOURCE,
        token_type: 'Bearer',
        client_id: 'client-1',
      },
    });
    expect(tokens.accepts(`Bearer ${accessToken(response)}`, [RESOURCE])).toBe(true);
  });

  it('speaks for the user-assigned identity that a request names', async () => {
    const { body } = await call(managedIdentity, `${path}&client_id=client-2`, { headers });
    expect(body).toMatchObject({ client_id: 'client-2' });
  });

  const refused: [string, string, Call, number][] = [
    ['without the header', path, {}, 401],
    ['with another header', path, { headers: { 'x-identity-header': 'secret-2' } }, 401],
    ['without a resource', '/msi/token?api-version=2019-08-01', { headers }, 400],
    ['with another api-version', path.replace('2019-08-01', '2017-09-01'), { headers }, 400],
    ['by POST', path, { headers, method: 'POST' }, 405],
  ];
  it.each(refused)('refuses a request %s', async (_, requested, request, status) => {
    const response = await call(managedIdentity, requested, request);
    expect(response).toStrictEqual({ status, body: { statusCode: status, message: expect.any(String) } });
  });
});

describe('the authority', () => {
  const form = { grant_type: 'client_credentials', client_id: 'c', client_secret: 's', scope: `${RESOURCE}/.default` };

  it.each(['/adfs/oauth2/token', '/adfs/oauth2/v2.0/token', '/tenant-1/oauth2/v2.0/token', '/tenant-1/oauth2/token/'])(
    'issues a token at %s',
    async (path) => {
      const response = await call(authority, path, { method: 'POST', body: form });
      expect(response).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600 } });
      expect(tokens.accepts(`Bearer ${accessToken(response)}`, [RESOURCE])).toBe(true);
    },
  );

  const audiences: [string, object, string][] = [
    ['scope', { scope: 'https://vault.azure.net/.default' }, 'https://vault.azure.net'],
    ['scope with a slash of its own', { scope: 'https://x//.default' }, 'https://x/'],
    ['scope among others', { scope: 'openid https://x/.default profile' }, 'https://x'],
    ['resource', { scope: undefined, resource: 'https://x/' }, 'https://x/'],
  ];
  it.each(audiences)('takes the audience from the %s', async (_, changes, audience) => {
    const response = await call(authority, '/adfs/oauth2/token', { method: 'POST', body: { ...form, ...changes } });
    expect(tokens.accepts(`Bearer ${accessToken(response)}`, [audience])).toBe(true);
  });

  it('takes the client from an Authorization header as well, each half of it form-urlencoded', async () => {
    const { grant_type, scope } = form;
    const credentials = Buffer.from('client%3A1+x:s%3As').toString('base64');
    const response = await call(authority, '/adfs/oauth2/token', {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: { grant_type, scope },
    });
    expect(response.status).toBe(200);
    const [, claims = ''] = accessToken(response).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ appid: 'client:1 x' });
  });

  const refused: [string, unknown, string][] = [
    ['another grant', { ...form, grant_type: 'password' }, 'unsupported_grant_type'],
    ['no client', { ...form, client_id: '' }, 'invalid_request'],
    ['no form', undefined, 'invalid_request'],
    ['a scope that is no resource', { ...form, scope: 'openid' }, 'invalid_scope'],
  ];
  it.each(refused)('refuses %s', async (_, body, error) => {
    const response = await call(authority, '/adfs/oauth2/token', { method: 'POST', body });
    expect(response).toMatchObject({ status: 400, body: { error } });
  });

  it.each([
    ['/adfs', '/adfs', ''],
    ['/tenant-1/v2.0', '/tenant-1', '/v2.0'],
  ])('describes itself below %s with addresses that it answers', async (issuer, base, version) => {
    const { body } = await call(authority, `${issuer}/.well-known/openid-configuration`);
    const origin = 'https://localhost:1';
    expect(body).toMatchObject({
      issuer: `${origin}${issuer}`,
      token_endpoint: `${origin}${base}/oauth2${version}/token`,
      jwks_uri: `${origin}${base}/discovery${version}/keys`,
    });
    const keys = await call(authority, new URL((body as { jwks_uri: string }).jwks_uri).pathname);
    expect(keys.body).toStrictEqual(tokens.jwks());
  });

  it('has nothing else', async () => {
    expect((await call(authority, '/adfs/oauth2/authorize')).status).toBe(404);
  });
});
