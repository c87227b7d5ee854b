import { describe, expect, it } from 'vitest';
import { Conflict } from '../../../shared/errors.ts';
import {
  cancelRequest,
  certificateFor,
  inDays,
  newRequest,
  plantCa,
  requested,
  selfSigned,
} from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { newKey, send } from '../../support/key-vault-builders.ts';

const octets = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);

/** What `KeyVault.merge` promises, for any implementation. */
export function vaultMergeContract(world: () => ContractWorld): void {
  describe('merging', () => {
    it.each([
      { text: 'those of the request', asked: { dps: '*', 'renew-before': 'P30D' } },
      { text: 'others than those of the request', asked: { dps: 'dps-2' } },
      { text: 'none of those of the request', asked: {} },
    ])('makes a version of the very bytes given, with the tags given: $text', async ({ asked: tags }) => {
      const { keyVault, vault } = world();
      const old = await plantCa(vault, { name: 'ca', createdOn: inDays(-9), tags: { era: 'old' } });
      const request = await requested(keyVault, 'ca', newRequest({ tags: { dps: '*', 'renew-before': 'P30D' } }));
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

      const givenUp = await certificateFor(await requested(keyVault, 'ca'));
      await keyVault.deleteRequest('ca');
      await expect(keyVault.merge('ca', givenUp, {})).rejects.toBeInstanceOf(Conflict);

      const cancelled = await certificateFor(await requested(keyVault, 'ca'));
      await cancelRequest(vault, 'ca');
      await expect(keyVault.merge('ca', cancelled, {})).rejects.toBeInstanceOf(Conflict);
      // A read settles the cancellation; before it the name is still locked.
      expect(await keyVault.pendingRequest('ca')).toBeUndefined();

      const merged = await certificateFor(await requested(keyVault, 'ca'));
      await keyVault.merge('ca', merged, {});
      await expect(keyVault.merge('ca', merged, {})).rejects.toBeInstanceOf(Conflict);
      expect(await keyVault.versions('ca')).toHaveLength(1);
    });

    it('is a Conflict with a certificate of another key, and the request goes on waiting', async () => {
      const { keyVault } = world();
      const request = await requested(keyVault, 'ca');
      await expect(keyVault.merge('ca', await selfSigned(newKey()), {})).rejects.toBeInstanceOf(Conflict);
      expect((await keyVault.pendingRequest('ca'))?.requestId).toBe(request.requestId);
      expect((await send(world().vault, 'GET', '/certificates/ca/versions')).body.value).toStrictEqual([]);
    });
  });
}
