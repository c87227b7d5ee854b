import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTokens } from '../../../local/emulator/tokens.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const AUDIENCE = 'https://vault.azure.net';

function issue(lifetimeSeconds = 3600) {
  return createTokens(() => NOW).issue({
    audience: AUDIENCE,
    issuer: 'https://localhost/adfs',
    tenantId: 't',
    clientId: 'c',
    lifetimeSeconds,
  });
}

/** Another instance, at another time: nothing is shared but the code. */
function accepts(authorization: string | undefined, audiences: string[], at = NOW): boolean {
  return createTokens(() => at).accepts(authorization, audiences);
}

describe('a token', () => {
  it('is accepted by every instance for its audience', () => {
    expect(accepts(`Bearer ${issue().token}`, ['https://other', AUDIENCE])).toBe(true);
  });

  it('expires at the second it says', () => {
    const { token, expiresOn } = issue(60);
    expect(expiresOn).toBe(NOW.getTime() / 1000 + 60);
    expect(accepts(`Bearer ${token}`, [AUDIENCE], new Date(NOW.getTime() + 59_999))).toBe(true);
    expect(accepts(`Bearer ${token}`, [AUDIENCE], new Date(NOW.getTime() + 60_000))).toBe(false);
  });

  const { token } = issue();
  const [header = '', claims = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ aud: 'https://other', exp: 9e9 })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  const refused: [string, string | undefined, string][] = [
    ['for another audience', `Bearer ${token}`, 'https://other'],
    ['for its audience with a slash', `Bearer ${token}`, `${AUDIENCE}/`],
    ['that is missing', undefined, AUDIENCE],
    ['of another scheme', `SharedAccessSignature ${token}`, AUDIENCE],
    ['with forged claims', `Bearer ${header}.${forged}.${signature}`, 'https://other'],
    ['without a signature', `Bearer ${none}.${claims}.`, AUDIENCE],
    ['with half a signature', `Bearer ${header}.${claims}.${signature.slice(0, 40)}`, AUDIENCE],
    ['that is no JWT', 'Bearer secret', AUDIENCE],
  ];
  it.each(refused)('%s is refused', (_, authorization, audience) => {
    expect(accepts(authorization, [audience])).toBe(false);
  });

  it('verifies with the published key', () => {
    const [jwk] = createTokens(() => NOW).jwks().keys;
    const key = createPublicKey({ key: jwk ?? {}, format: 'jwk' });
    const signed = Buffer.from(`${header}.${claims}`);
    const raw = Buffer.from(signature, 'base64url');
    expect(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
    expect(jwk).not.toHaveProperty('d');
  });
});
