import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../shared/errors.ts';
import { plantCa } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';

const RSA = { kty: 'RSA', size: 2048 } as const;
const MESSAGE = Buffer.from('to be signed');
const DIGEST = createHash('sha256').update(MESSAGE).digest();

const ALGORITHMS = [
  { algorithm: 'RS256', kind: RSA, hash: 'sha256', octets: 256 },
  { algorithm: 'RS384', kind: RSA, hash: 'sha384', octets: 256 },
  { algorithm: 'RS512', kind: RSA, hash: 'sha512', octets: 256 },
  { algorithm: 'ES256', kind: { kty: 'EC', crv: 'P-256' }, hash: 'sha256', octets: 64 },
  { algorithm: 'ES384', kind: { kty: 'EC', crv: 'P-384' }, hash: 'sha384', octets: 96 },
] as const;

/** What `KeyVault.sign` promises, for any implementation. */
export function vaultSignatureContract(world: () => ContractWorld): void {
  describe('signing', () => {
    it.each(ALGORITHMS)('$algorithm verifies and has $octets octets', async ({ algorithm, kind, hash, octets }) => {
      const { keyVault, vault } = world();
      const { name, version, privateKey } = await plantCa(vault, { kind });
      const digest = createHash(hash).update(MESSAGE).digest();
      const signature = await keyVault.sign(`${keyVault.url}/keys/${name}/${version}`, algorithm, digest);
      expect(signature).toHaveLength(octets);
      const key = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' as const };
      expect(verify(hash, MESSAGE, key, signature)).toBe(true);
    });

    it('signs with the key of the version asked for, not of the current one', async () => {
      const { keyVault, vault } = world();
      const old = await plantCa(vault);
      await plantCa(vault);
      const signature = await keyVault.sign(`${keyVault.url}/keys/${old.name}/${old.version}`, 'ES256', DIGEST);
      const key = { key: createPublicKey(old.privateKey), dsaEncoding: 'ieee-p1363' as const };
      expect(verify('sha256', MESSAGE, key, signature)).toBe(true);
    });

    it.each([
      { text: 'of another vault', keyId: () => 'https://kv-other.vault.azure.net/keys/ca/v1' },
      { text: 'of a vault whose name begins alike', keyId: (url: string) => `${url}.example/keys/ca/v1` },
      { text: 'that is no URL', keyId: () => 'ca/v1' },
      { text: 'unversioned', keyId: (url: string) => `${url}/keys/ca` },
      { text: 'with an empty version', keyId: (url: string) => `${url}/keys/ca/` },
      { text: "of another kind: a certificate's", keyId: (url: string) => `${url}/certificates/ca/v1` },
    ])('refuses a key id $text, without any request', async ({ keyId }) => {
      const { keyVault, requests } = world();
      const id = keyId(keyVault.url);
      await expect(keyVault.sign(id, 'ES256', DIGEST)).rejects.toThrow(`Cannot sign with '${id}'`);
      expect(requests()).toStrictEqual([]);
    });

    it.each([
      { text: 'of an expired certificate', validity: [-365, -1] as const, enabled: true },
      { text: 'of a certificate that is not valid yet', validity: [1, 365] as const, enabled: true },
      { text: 'of a disabled version', validity: [-1, 365] as const, enabled: false },
    ])('is refused as forbidden with the key $text', async ({ validity, enabled }) => {
      const { keyVault, vault } = world();
      const { name, version } = await plantCa(vault, { validity, enabled });
      const refused = keyVault.sign(`${keyVault.url}/keys/${name}/${version}`, 'ES256', DIGEST);
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toMatchObject({ reason: 'forbidden' });
    });

    it('is an error, and neither Conflict nor Refused, with a key that is not there', async () => {
      const { keyVault } = world();
      const failed = keyVault.sign(`${keyVault.url}/keys/unknown/${'f'.repeat(32)}`, 'ES256', DIGEST);
      await expect(failed).rejects.toThrow('was not found');
      await expect(failed).rejects.not.toHaveProperty('reason');
    });
  });
}
