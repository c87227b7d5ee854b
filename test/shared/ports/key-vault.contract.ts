import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { publicKeyKind } from '../../../shared/x509/public-key.ts';
import {
  cancelRequest,
  certificateFor,
  inDays,
  newRequest,
  plantCa,
  selfSigned,
  softDelete,
  spkiOf,
} from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { newKey, send } from '../../support/key-vault-builders.ts';
import { vaultSignatureContract } from './vault-signature.contract.ts';

const thumbprintOf = (der: Uint8Array) => new X509Certificate(der).fingerprint.replaceAll(':', '');
const octets = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);

/** What `KeyVault` promises, for any implementation. `setUp` is called for each test and gives a vault of its own. */
export function keyVaultContract(describeName: string, setUp: () => Promise<ContractWorld>): void {
  describe(`${describeName} keeps the contract of KeyVault`, () => {
    let world: ContractWorld;
    beforeEach(async () => {
      world = await setUp();
    });

    readingContract(() => world);
    requestContract(() => world);
    mergeContract(() => world);
    vaultSignatureContract(() => world);
  });
}

function readingContract(world: () => ContractWorld): void {
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
      expect(current?.content).toMatchObject({ version, keyId, tags: { dps: '*' } });
      expect(octets(current?.content?.der)).toStrictEqual(Buffer.from(certificate));
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

const KEYS = [
  { kind: { kty: 'EC', curve: 'P-256' }, key: { keyType: 'EC', curve: 'P-256', reuseKey: false } },
  { kind: { kty: 'EC', curve: 'P-384' }, key: { keyType: 'EC', curve: 'P-384', reuseKey: false } },
  { kind: { kty: 'EC', curve: 'P-256' }, key: { keyType: 'EC-HSM', curve: 'P-256', reuseKey: false } },
  { kind: { kty: 'RSA', size: 2048 }, key: { keyType: 'RSA', size: 2048, reuseKey: false } },
  { kind: { kty: 'RSA', size: 3072 }, key: { keyType: 'RSA-HSM', size: 3072, reuseKey: false } },
] as const;

function requestContract(world: () => ContractWorld): void {
  describe('requests', () => {
    it.each(KEYS)('makes a key as asked, which is not exportable: $key', async ({ key, kind }) => {
      const { keyVault } = world();
      const request = await keyVault.createRequest('ca', newRequest({ key }));
      expect(publicKeyKind(spkiOf(request))).toStrictEqual(kind);
      const { keyType, reuseKey } = key;
      expect((await keyVault.current('ca'))?.keyPolicy).toStrictEqual({ keyType, reuseKey, exportable: false });
    });

    it('takes the key of the current version where reuseKey is asked', async () => {
      const { keyVault, vault } = world();
      const { name, certificate } = await plantCa(vault);
      const key = { keyType: 'EC', curve: 'P-256', reuseKey: true };
      const request = await keyVault.createRequest(name, newRequest({ key }));
      const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
      expect(octets(spkiOf(request))).toStrictEqual(spki);
    });

    it('shows a request while it is pending, as its creation answered it', async () => {
      const { keyVault } = world();
      const created = await keyVault.createRequest('ca', newRequest());
      expect(created).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f]{32}$/), issuerName: 'Unknown' });
      const pending = await keyVault.pendingRequest('ca');
      expect(pending).toMatchObject({ requestId: created.requestId, issuerName: 'Unknown' });
      expect(octets(pending?.csr)).toStrictEqual(octets(created.csr));
      const current = await keyVault.current('ca');
      expect(current).toBeDefined();
      expect(current?.content).toBeUndefined();
    });

    it('shows none for a certificate that has never had one', async () => {
      const { keyVault, vault } = world();
      const { name } = await plantCa(vault);
      expect(await keyVault.pendingRequest(name)).toBeUndefined();
    });

    it.each(['of a first version', 'of a second version'])(
      'shows none once the request %s is cancelled',
      async (of) => {
        const { keyVault, vault } = world();
        if (of === 'of a second version') await plantCa(vault, { name: 'ca' });
        await keyVault.createRequest('ca', newRequest());
        await cancelRequest(vault, 'ca');
        expect(await keyVault.pendingRequest('ca')).toBeUndefined();
      },
    );

    it('is a lock: a second request is a Conflict, also one side by side, and leaves the first as it is', async () => {
      const { keyVault } = world();
      const attempts = await Promise.allSettled([
        keyVault.createRequest('ca', newRequest()),
        keyVault.createRequest('ca', newRequest()),
      ]);
      expect(attempts.map(({ status }) => status).sort()).toStrictEqual(['fulfilled', 'rejected']);
      const [won] = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      const [lost] = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
      expect(lost).toBeInstanceOf(Conflict);
      await expect(keyVault.createRequest('ca', newRequest())).rejects.toBeInstanceOf(Conflict);
      expect((await keyVault.pendingRequest('ca'))?.requestId).toBe(won?.requestId);
    });

    it('is refused for a soft-deleted name', async () => {
      const { keyVault, vault } = world();
      await plantCa(vault, { name: 'deleted' });
      await softDelete(vault, 'deleted');
      const refused = keyVault.createRequest('deleted', newRequest());
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toMatchObject({ reason: 'name-deleted' });
    });

    it('can be given up, twice, and by somebody who never made one; then another may be made', async () => {
      const { keyVault } = world();
      const first = await keyVault.createRequest('ca', newRequest());
      await keyVault.deleteRequest('ca');
      await keyVault.deleteRequest('ca');
      await keyVault.deleteRequest('unknown');
      expect(await keyVault.pendingRequest('ca')).toBeUndefined();
      expect((await keyVault.createRequest('ca', newRequest())).requestId).not.toBe(first.requestId);
    });
  });
}

function mergeContract(world: () => ContractWorld): void {
  describe('merging', () => {
    it.each([
      { text: 'those of the request', asked: { dps: '*', 'renew-before': 'P30D' } },
      { text: 'others than those of the request', asked: { dps: 'dps-2' } },
      { text: 'none of those of the request', asked: {} },
    ])('makes a version of the very bytes given, with the tags given: $text', async ({ asked: tags }) => {
      const { keyVault, vault } = world();
      const old = await plantCa(vault, { name: 'ca', createdOn: inDays(-9), tags: { era: 'old' } });
      const request = await keyVault.createRequest('ca', newRequest({ tags: { dps: '*', 'renew-before': 'P30D' } }));
      const certificate = await certificateFor(request);
      const merged = await keyVault.merge('ca', certificate, tags);
      expect(octets(merged.der)).toStrictEqual(Buffer.from(certificate));
      expect(merged).toMatchObject({ keyId: `${keyVault.url}/keys/ca/${merged.version}` });
      expect(merged.tags).toStrictEqual(tags);

      const kept = await keyVault.certificate('ca', merged.version);
      expect(kept).toMatchObject({ version: merged.version, keyId: merged.keyId });
      expect(kept?.tags).toStrictEqual(tags);
      expect(octets(kept?.der)).toStrictEqual(Buffer.from(certificate));
      expect((await keyVault.versions('ca')).map(({ version }) => version)).toStrictEqual([
        merged.version,
        old.version,
      ]);
      expect((await keyVault.certificate('ca', old.version))?.tags).toStrictEqual({ era: 'old' });
      expect(await keyVault.pendingRequest('ca')).toBeUndefined();
    });

    it('is a Conflict with nothing pending: never, given up, cancelled, or merged already', async () => {
      const { keyVault, vault } = world();
      const certificate = await selfSigned(newKey());
      await expect(keyVault.merge('unknown', certificate, {})).rejects.toBeInstanceOf(Conflict);

      const givenUp = await certificateFor(await keyVault.createRequest('ca', newRequest()));
      await keyVault.deleteRequest('ca');
      await expect(keyVault.merge('ca', givenUp, {})).rejects.toBeInstanceOf(Conflict);

      const cancelled = await certificateFor(await keyVault.createRequest('ca', newRequest()));
      await cancelRequest(vault, 'ca');
      await expect(keyVault.merge('ca', cancelled, {})).rejects.toBeInstanceOf(Conflict);
      // A read settles the cancellation; before it the name is still locked.
      expect(await keyVault.pendingRequest('ca')).toBeUndefined();

      const merged = await certificateFor(await keyVault.createRequest('ca', newRequest()));
      await keyVault.merge('ca', merged, {});
      await expect(keyVault.merge('ca', merged, {})).rejects.toBeInstanceOf(Conflict);
      expect(await keyVault.versions('ca')).toHaveLength(1);
    });

    it('is a Conflict with a certificate of another key, and the request goes on waiting', async () => {
      const { keyVault } = world();
      const request = await keyVault.createRequest('ca', newRequest());
      await expect(keyVault.merge('ca', await selfSigned(newKey()), {})).rejects.toBeInstanceOf(Conflict);
      expect((await keyVault.pendingRequest('ca'))?.requestId).toBe(request.requestId);
      expect((await send(world().vault, 'GET', '/certificates/ca/versions')).body.value).toStrictEqual([]);
    });
  });
}
