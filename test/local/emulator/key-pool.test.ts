import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createKeyPool, type KeyKind, type KeyPoolOptions } from '../../../local/emulator/key-pool.ts';

function newPool(options: KeyPoolOptions = { ready: {} }) {
  const pool = createKeyPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

describe('a key pool', () => {
  it.each<[KeyKind, object]>([
    [{ kty: 'RSA', size: 2048 }, { modulusLength: 2048 }],
    [{ kty: 'RSA', size: 3072 }, { modulusLength: 3072 }],
    [{ kty: 'EC', crv: 'P-256' }, { namedCurve: 'prime256v1' }],
    [{ kty: 'EC', crv: 'P-384' }, { namedCurve: 'secp384r1' }],
    [{ kty: 'EC', crv: 'P-521' }, { namedCurve: 'secp521r1' }],
    [{ kty: 'EC', crv: 'P-256K' }, { namedCurve: 'secp256k1' }],
  ])('gives a private key of the kind asked for: %o', async (kind, details) => {
    const key = await newPool().take(kind);
    expect(key.type).toBe('private');
    expect(key.asymmetricKeyDetails).toMatchObject(details);
  });

  it('gives nobody a key that somebody else has', async () => {
    const pool = newPool({ ready: { 2048: 2 } });
    const kind: KeyKind = { kty: 'RSA', size: 2048 };
    const first = [await pool.take(kind), await pool.take(kind)];
    const atOnce = await Promise.all([1, 2, 3].map(() => pool.take(kind)));
    const moduli = [...first, ...atOnce].map((key) => key.export({ format: 'jwk' }).n);
    expect(new Set(moduli).size).toBe(5);
  });

  it('makes RSA keys before anybody asks, as many as it is to hold, and gives those first', async () => {
    const made: { kind: KeyKind; key: KeyObject }[] = [];
    const makeKey = async (kind: KeyKind) => {
      const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      made.push({ kind, key });
      return key;
    };
    const pool = newPool({ ready: { 2048: 2, 3072: 1 }, makeKey });
    await vi.waitFor(() => expect(made).toHaveLength(3));
    expect(made.map(({ kind }) => kind)).toStrictEqual([2048, 2048, 3072].map((size) => ({ kty: 'RSA', size })));
    expect(await pool.take({ kty: 'RSA', size: 3072 })).toBe(made[2]?.key);
    await vi.waitFor(() => expect(made).toHaveLength(4));
    expect(made[3]?.kind).toStrictEqual({ kty: 'RSA', size: 3072 });
  });

  it('still gives keys after close, which may be called twice', async () => {
    const pool = newPool({ ready: { 2048: 1 } });
    pool.close();
    pool.close();
    expect((await pool.take({ kty: 'RSA', size: 2048 })).asymmetricKeyType).toBe('rsa');
  });
});
