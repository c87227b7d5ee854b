import { constants, createHash, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyKind } from '../../../../local/emulator/key-pool.ts';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import {
  DAY_MS,
  NOW,
  newKey,
  newVault,
  ORIGIN,
  rootFor,
  send,
  testClock,
} from '../../../support/key-vault-builders.ts';

const clock = testClock();
const KEYS: Record<string, KeyKind> = {
  rsa: { kty: 'RSA', size: 2048 },
  p256: { kty: 'EC', crv: 'P-256' },
  p384: { kty: 'EC', crv: 'P-384' },
  p521: { kty: 'EC', crv: 'P-521' },
  p256k: { kty: 'EC', crv: 'P-256K' },
};

let vault: Vault;
beforeAll(async () => {
  vault = newVault({ now: clock.now });
  for (const [name, kind] of Object.entries(KEYS)) {
    const privateKey = newKey(kind);
    vault.plant({ name, privateKey, certificate: await rootFor(privateKey) });
  }
});

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const message = Buffer.from('to be signed');

const ALGORITHMS = [
  { alg: 'RS256', name: 'rsa', hash: 'sha256', octets: 256 },
  { alg: 'RS384', name: 'rsa', hash: 'sha384', octets: 256 },
  { alg: 'RS512', name: 'rsa', hash: 'sha512', octets: 256 },
  { alg: 'PS256', name: 'rsa', hash: 'sha256', octets: 256 },
  { alg: 'PS384', name: 'rsa', hash: 'sha384', octets: 256 },
  { alg: 'PS512', name: 'rsa', hash: 'sha512', octets: 256 },
  { alg: 'ES256', name: 'p256', hash: 'sha256', octets: 64 },
  { alg: 'ES256K', name: 'p256k', hash: 'sha256', octets: 64 },
  { alg: 'ES384', name: 'p384', hash: 'sha384', octets: 96 },
  { alg: 'ES512', name: 'p521', hash: 'sha512', octets: 132 },
];

/** Salt as long as the hash (RFC 7518 section 3.5): any other length would not verify. */
const nodeOptions = (alg: string) =>
  alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: 'ieee-p1363' as const };

describe('signing a digest', () => {
  it.each(ALGORITHMS)('$alg gives a signature of $octets octets that node:crypto verifies', async (row) => {
    const digest = createHash(row.hash).update(message).digest();
    const { status, body } = await send(vault, 'POST', `/keys/${row.name}//sign`, {
      alg: row.alg,
      value: base64url(digest),
    });
    const signature = Buffer.from(body.value, 'base64url');
    const key = createPublicKey(vault.privateKeyOf(row.name));
    expect(status).toBe(200);
    expect(signature).toHaveLength(row.octets);
    expect(verify(row.hash, message, { key, ...nodeOptions(row.alg) }, signature)).toBe(true);
    expect(verify(row.hash, Buffer.from('other'), { key, ...nodeOptions(row.alg) }, signature)).toBe(false);
  });

  it.each(ALGORITHMS)('verify accepts a $alg signature of node:crypto, and no altered one', async (row) => {
    const digest = base64url(createHash(row.hash).update(message).digest());
    const signature = sign(row.hash, message, { key: vault.privateKeyOf(row.name), ...nodeOptions(row.alg) });
    const altered = Buffer.from(signature);
    altered[20] = (altered[20] ?? 0) ^ 1;
    const ask = async (value: Uint8Array, of = digest) =>
      (await send(vault, 'POST', `/keys/${row.name}//verify`, { alg: row.alg, digest: of, value: base64url(value) }))
        .body;
    expect(await ask(signature)).toEqual({ value: true });
    expect(await ask(altered)).toEqual({ value: false });
    expect(await ask(signature.subarray(1))).toEqual({ value: false });
    expect(await ask(signature, base64url(randomBytes(Buffer.from(digest, 'base64url').length)))).toEqual({
      value: false,
    });
  });

  it('verify refuses an RSA signature without its leading zero', async () => {
    const privateKey = vault.privateKeyOf('rsa');
    // One signature in 256 begins with a zero; RS256 has no randomness, so the message has to change.
    let attempt = 0;
    let signature = sign('sha256', Buffer.of(), privateKey);
    while (signature[0] !== 0) {
      attempt += 1;
      signature = sign('sha256', Buffer.from(String(attempt)), privateKey);
    }
    const signed = attempt === 0 ? Buffer.of() : Buffer.from(String(attempt));
    const digest = base64url(createHash('sha256').update(signed).digest());
    const ask = async (value: Uint8Array) =>
      (await send(vault, 'POST', '/keys/rsa//verify', { alg: 'RS256', digest, value: base64url(value) })).body;
    expect(await ask(signature)).toEqual({ value: true });
    expect(await ask(signature.subarray(1))).toEqual({ value: false });
  });

  it('PS256 never encodes a number above the modulus, which one salt in four would make', async () => {
    const digest = createHash('sha256').update(message).digest();
    const key = createPublicKey(vault.privateKeyOf('rsa'));
    for (let i = 0; i < 40; i++) {
      const { body } = await send(vault, 'POST', '/keys/rsa//sign', { alg: 'PS256', value: base64url(digest) });
      const signature = Buffer.from(body.value, 'base64url');
      expect(verify('sha256', message, { key, ...nodeOptions('PS256') }, signature)).toBe(true);
    }
  });

  it('names the version that signed, also when the latest was asked for', async () => {
    const [version] = vault.certificates().get('p256') ?? [];
    const { body } = await send(vault, 'POST', '/keys/p256//sign', { alg: 'ES256', value: base64url(randomBytes(32)) });
    expect(body.kid).toBe(`${ORIGIN}/keys/p256/${version?.version}`);
  });

  it.each([
    ['a digest of another length', 'p384', { alg: 'ES384', value: base64url(randomBytes(32)) }],
    ['an algorithm of another curve', 'p384', { alg: 'ES256', value: base64url(randomBytes(32)) }],
    ['an EC algorithm for an RSA key', 'rsa', { alg: 'ES256', value: base64url(randomBytes(32)) }],
    ['an RSA algorithm for an EC key', 'p256', { alg: 'RS256', value: base64url(randomBytes(32)) }],
    ['an unknown algorithm', 'rsa', { alg: 'HS256', value: base64url(randomBytes(32)) }],
    ['base64 that is not base64url', 'p256', { alg: 'ES256', value: '+/+/'.repeat(11) }],
    ['no body', 'p256', undefined],
  ])('refuses %s with 400', async (_, name, body) => {
    const answer = await send(vault, 'POST', `/keys/${name}//sign`, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadParameter']);
  });
});

describe('a key outside its certificate', () => {
  const digest = { alg: 'ES256', value: base64url(randomBytes(32)) };

  it.each([
    ['one second before nbf', new Date(NOW.getTime() - 365 * DAY_MS - 1000), 403, 'KeyNotYetValid'],
    ['at nbf', new Date(NOW.getTime() - 365 * DAY_MS), 200, undefined],
    ['one second before exp', new Date(NOW.getTime() + 3650 * DAY_MS - 1000), 200, undefined],
    ['at exp', new Date(NOW.getTime() + 3650 * DAY_MS), 403, 'KeyExpired'],
  ])('%s sign answers %s', async (_, at, status, inner) => {
    clock.set(at);
    try {
      const answer = await send(vault, 'POST', '/keys/p256//sign', digest);
      expect([answer.status, answer.body.error?.innererror?.code]).toEqual([status, inner]);
    } finally {
      clock.set(NOW);
    }
  });

  it('still verifies after exp', async () => {
    const { body } = await send(vault, 'POST', '/keys/p256//sign', digest);
    clock.set(new Date(NOW.getTime() + 4000 * DAY_MS));
    try {
      const verified = await send(vault, 'POST', '/keys/p256//verify', {
        alg: 'ES256',
        digest: digest.value,
        value: body.value,
      });
      expect(verified.body).toEqual({ value: true });
    } finally {
      clock.set(NOW);
    }
  });

  it('does nothing while its certificate is disabled, and all again when it is enabled', async () => {
    const sign = () => send(vault, 'POST', '/keys/p256//sign', digest);
    await send(vault, 'PATCH', '/certificates/p256/', { attributes: { enabled: false } });
    const refused = await sign();
    expect([refused.status, refused.body.error.code, refused.body.error.innererror.code]).toEqual([
      403,
      'Forbidden',
      'KeyDisabled',
    ]);
    await send(vault, 'PATCH', '/certificates/p256/', { attributes: { enabled: true } });
    expect((await sign()).status).toBe(200);
  });

  it('does not sign when the key usage does not include signing', async () => {
    const privateKey = newKey();
    const certificate = await rootFor(privateKey, { ca: false, keyUsage: ['keyEncipherment'] });
    vault.plant({ name: 'encipher', privateKey, certificate });
    const answer = await send(vault, 'POST', '/keys/encipher//sign', digest);
    expect([answer.status, answer.body.error.innererror.code]).toEqual([403, 'KeyOperationForbidden']);
    expect((await send(vault, 'GET', '/keys/encipher')).body.key.key_ops).toEqual(['wrapKey', 'unwrapKey']);
  });
});

describe('reading keys', () => {
  it.each([
    ['rsa', { kty: 'RSA' }],
    ['p384', { kty: 'EC', crv: 'P-384' }],
    ['p256k', { kty: 'EC', crv: 'P-256K' }],
  ])('shows the public part of %s only, as a managed key', async (name, expected) => {
    const { body } = await send(vault, 'GET', `/keys/${name}/`);
    const { n, e, x, y, crv } = createPublicKey(vault.privateKeyOf(name)).export({ format: 'jwk' });
    const [version] = vault.certificates().get(name) ?? [];
    const numbers = crv === undefined ? { n, e } : { x, y };
    expect(body).toEqual({
      key: { kid: `${ORIGIN}/keys/${name}/${version?.version}`, key_ops: ['sign', 'verify'], ...expected, ...numbers },
      attributes: expect.objectContaining({ enabled: true, recoveryLevel: 'Recoverable+Purgeable' }),
      managed: true,
    });
  });

  it('lists names without and versions with a version', async () => {
    const names = await send(vault, 'GET', '/keys?maxresults=1');
    expect(names.body.value[0]).toMatchObject({ kid: expect.stringMatching(/\/keys\/[^/]+$/), managed: true });
    const versions = await send(vault, 'GET', '/keys/p256/versions');
    expect(versions.body.value).toMatchObject([{ kid: expect.stringMatching(/\/keys\/p256\/[0-9a-f]{32}$/) }]);
    expect((await send(vault, 'GET', '/keys/nobody/versions')).body).toEqual({ value: [], nextLink: null });
  });

  it.each(['/keys/nobody/', `/keys/p256/${'0'.repeat(32)}`])('does not find %s', async (path) => {
    const { status, body } = await send(vault, 'GET', path);
    expect([status, body.error.code]).toEqual([404, 'KeyNotFound']);
  });
});
