import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inDays, newRequest, plantCa, selfSigned, softDelete } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { newKey } from '../../support/key-vault-builders.ts';

const thumbprintOf = (der: Uint8Array) => new X509Certificate(der).fingerprint.replaceAll(':', '');
const octets = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);

/** What the reading methods of `KeyVault` promise, for any implementation. */
export function vaultReadingContract(world: () => ContractWorld): void {
  describe('reading', () => {
    it('lists nothing in an empty vault', async () => {
      expect(await world().keyVault.list()).toStrictEqual([]);
    });

    it('lists 60 names, which are three pages, each once and with the thumbprint of its newest version', async () => {
      const { keyVault, vault } = world();
      const { privateKey, certificate } = await plantCa(vault, { name: 'ca-00', createdOn: inDays(-2) });
      const names = Array.from({ length: 60 }, (_, index) => `ca-${String(index).padStart(2, '0')}`);
      for (const name of names.slice(1)) vault.plant({ name, privateKey, certificate });
      const newer = await plantCa(vault, { name: 'ca-00' });
      const listed = [...(await keyVault.list())].sort((a, b) => a.name.localeCompare(b.name));
      expect(listed.map(({ name }) => name)).toStrictEqual(names);
      expect(listed[0]?.thumbprint).toBe(thumbprintOf(newer.certificate));
      expect(listed[59]?.thumbprint).toBe(thumbprintOf(certificate));
    });

    it('leaves names out whose first version is pending, and soft-deleted ones', async () => {
      const { keyVault, vault } = world();
      await keyVault.createRequest('on-its-way', newRequest());
      await plantCa(vault, { name: 'deleted' });
      await softDelete(vault, 'deleted');
      await plantCa(vault, { name: 'there' });
      expect((await keyVault.list()).map(({ name }) => name)).toStrictEqual(['there']);
    });

    it('knows nothing of an unknown name', async () => {
      const { keyVault } = world();
      expect(await keyVault.versions('unknown')).toStrictEqual([]);
      expect(await keyVault.current('unknown')).toBeUndefined();
      expect(await keyVault.certificate('unknown', 'f'.repeat(32))).toBeUndefined();
      expect(await keyVault.pendingRequest('unknown')).toBeUndefined();
    });

    it('knows nothing of a soft-deleted name', async () => {
      const { keyVault, vault } = world();
      const { version } = await plantCa(vault, { name: 'deleted' });
      await softDelete(vault, 'deleted');
      expect(await keyVault.versions('deleted')).toStrictEqual([]);
      expect(await keyVault.current('deleted')).toBeUndefined();
      expect(await keyVault.certificate('deleted', version)).toBeUndefined();
    });

    it('tells versions newest first, disabled ones too, more than a page of them', async () => {
      const { keyVault, vault } = world();
      const privateKey = newKey();
      const certificate = await selfSigned(privateKey);
      // 7 and 30 have no common divisor: each age once, in no order.
      const ages = Array.from({ length: 30 }, (_, index) => (index * 7) % 30);
      const planted = ages.map((age) => {
        const createdOn = new Date(Math.floor(inDays(-age).getTime() / 1000) * 1000);
        const version = { name: 'ca', privateKey, certificate, createdOn, enabled: age !== 3 };
        return { age, createdOn, version: vault.plant(version).version };
      });
      const expected = planted
        .sort((a, b) => a.age - b.age)
        .map(({ age, createdOn, version }) => ({
          version,
          createdOn,
          enabled: age !== 3,
          thumbprint: thumbprintOf(certificate),
        }));
      expect(await keyVault.versions('ca')).toStrictEqual(expected);
    });

    it.each([
      { keyType: 'EC', reuseKey: true, exportable: false, kind: { kty: 'EC', crv: 'P-384' } as const },
      { keyType: 'RSA', reuseKey: false, exportable: true, kind: { kty: 'RSA', size: 2048 } as const },
    ])('reads the current version and its policy: $keyType, reuseKey $reuseKey', async ({ kind, ...keyPolicy }) => {
      const { keyVault, vault } = world();
      await plantCa(vault, { createdOn: inDays(-9) });
      const { version, certificate, name } = await plantCa(vault, { ...keyPolicy, kind, tags: { dps: '*' } });
      const current = await keyVault.current(name);
      expect(current?.keyPolicy).toStrictEqual(keyPolicy);
      const keyId = `${keyVault.url}/keys/${name}/${version}`;
      expect(current?.content).toMatchObject({ version, enabled: true, keyId, tags: { dps: '*' } });
      expect(octets(current?.content?.der)).toStrictEqual(Buffer.from(certificate));
    });

    it('tells of a disabled version that it is disabled, whichever way it is read', async () => {
      const { keyVault, vault } = world();
      const { name, version } = await plantCa(vault, { enabled: false });
      expect((await keyVault.current(name))?.content).toMatchObject({ version, enabled: false });
      expect(await keyVault.certificate(name, version)).toMatchObject({ version, enabled: false });
    });

    it('reads an older version with its own tags, and no version that is not there', async () => {
      const { keyVault, vault } = world();
      const old = await plantCa(vault, { createdOn: inDays(-9), tags: { era: 'old' } });
      await plantCa(vault);
      const content = await keyVault.certificate(old.name, old.version);
      const keyId = `${keyVault.url}/keys/${old.name}/${old.version}`;
      expect(content).toMatchObject({ version: old.version, keyId, tags: { era: 'old' } });
      expect(octets(content?.der)).toStrictEqual(Buffer.from(old.certificate));
      expect(await keyVault.certificate(old.name, 'f'.repeat(32))).toBeUndefined();
    });
  });
}
