import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { publicKeyKind } from '../../../shared/x509/public-key.ts';
import { cancelRequest, newRequest, plantCa, requested, softDelete, spkiOf } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';

const octets = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);

const KEYS = [
  { kind: { kty: 'EC', curve: 'P-256' }, key: { keyType: 'EC', curve: 'P-256', reuseKey: false } },
  { kind: { kty: 'EC', curve: 'P-384' }, key: { keyType: 'EC', curve: 'P-384', reuseKey: false } },
  { kind: { kty: 'EC', curve: 'P-256' }, key: { keyType: 'EC-HSM', curve: 'P-256', reuseKey: false } },
  { kind: { kty: 'RSA', size: 2048 }, key: { keyType: 'RSA', size: 2048, reuseKey: false } },
  { kind: { kty: 'RSA', size: 3072 }, key: { keyType: 'RSA-HSM', size: 3072, reuseKey: false } },
] as const;

/** What `KeyVault` promises of pending requests, for any implementation. */
export function vaultRequestContract(world: () => ContractWorld): void {
  describe('requests', () => {
    it.each(KEYS)('makes a key as asked, which is not exportable: $key', async ({ key, kind }) => {
      const { keyVault } = world();
      const request = await requested(keyVault, 'ca', newRequest({ key }));
      expect(publicKeyKind(spkiOf(request))).toStrictEqual(kind);
      const { keyType, reuseKey } = key;
      expect((await keyVault.current('ca'))?.keyPolicy).toStrictEqual({ keyType, reuseKey, exportable: false });
    });

    it('takes the key of the current version where reuseKey is asked', async () => {
      const { keyVault, vault } = world();
      const { name, certificate } = await plantCa(vault);
      const key = { keyType: 'EC', curve: 'P-256', reuseKey: true };
      const request = await requested(keyVault, name, newRequest({ key }));
      const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
      expect(octets(spkiOf(request))).toStrictEqual(spki);
    });

    it('shows a request while it is pending, with its CSR', async () => {
      const { keyVault } = world();
      await keyVault.createRequest('ca', newRequest());
      const pending = await keyVault.pendingRequest('ca');
      expect(pending).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f]{32}$/), issuerName: 'Unknown' });
      expect(spkiOf(pending).length).toBeGreaterThan(0);
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
      const won = await keyVault.pendingRequest('ca');
      const [lost] = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
      expect(lost).toBeInstanceOf(Conflict);
      await expect(keyVault.createRequest('ca', newRequest())).rejects.toBeInstanceOf(Conflict);
      expect((await keyVault.pendingRequest('ca'))?.requestId).toBe(won?.requestId ?? 'none');
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
      const first = await requested(keyVault, 'ca');
      await keyVault.deleteRequest('ca');
      await keyVault.deleteRequest('ca');
      await keyVault.deleteRequest('unknown');
      expect(await keyVault.pendingRequest('ca')).toBeUndefined();
      expect((await requested(keyVault, 'ca')).requestId).not.toBe(first.requestId);
    });
  });
}
