import { createHash, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { newRequest, plantCa, requested, softDelete, spkiOf } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { send } from '../../support/key-vault-builders.ts';

const MESSAGE = Buffer.from('to be signed');
const DIGEST = createHash('sha256').update(MESSAGE).digest();
const AS_ASKED = { trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } };

const keyOf = (der: Uint8Array) => new X509Certificate(der).publicKey;
const policyOf = async ({ vault }: ContractWorld, name: string) =>
  (await send(vault, 'GET', `/certificates/${name}/policy`)).body;

/** Makes a seed and waits for it, as a renewal does. */
async function seeded(world: ContractWorld, name: string) {
  const { keyVault } = world;
  await keyVault.createSeed(name, newRequest());
  for (let poll = 0; (await keyVault.pendingRequest(name)) !== undefined; poll += 1) {
    if (poll > 5) throw new Error(`the seed of '${name}' does not come`);
  }
  const content = (await keyVault.current(name))?.content;
  if (content === undefined) throw new Error(`'${name}' has no seed`);
  return content;
}

/** What `KeyVault` promises of seeds, and of undoing them, for any implementation. */
export function vaultSeedContract(world: () => ContractWorld): void {
  describe('seeds', () => {
    it('are versions that Key Vault signs itself: no CA, with a new key that can sign', async () => {
      const { keyVault, vault } = world();
      const ca = await plantCa(vault);
      const seed = await seeded(world(), ca.name);
      const certificate = new X509Certificate(seed.der);
      expect(certificate.ca).toBe(false);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.publicKey.equals(keyOf(ca.certificate))).toBe(false);
      const signature = await keyVault.sign(seed.keyId, 'ES256', DIGEST);
      const key = { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' as const };
      expect(verify('sha256', MESSAGE, key, signature)).toBe(true);
    });

    it('leave the version before them as it is', async () => {
      const { keyVault, vault } = world();
      const ca = await plantCa(vault, { tags: { era: 'old' } });
      const seed = await seeded(world(), ca.name);
      expect((await keyVault.versions(ca.name)).map(({ version }) => version).sort()).toStrictEqual(
        [seed.version, ca.version].sort(),
      );
      expect(await keyVault.certificate(ca.name, ca.version)).toMatchObject({ enabled: true, tags: { era: 'old' } });
      await expect(
        keyVault.sign(`${keyVault.url}/keys/${ca.name}/${ca.version}`, 'ES256', DIGEST),
      ).resolves.toBeDefined();
    });

    it('are asked for with a policy that lets no key out, and renews nothing by itself', async () => {
      const { keyVault, vault } = world();
      const { name } = await plantCa(vault, { exportable: true, reuseKey: true });
      await keyVault.createSeed(name, newRequest());
      expect(await policyOf(world(), name)).toMatchObject({
        key_props: { exportable: false, reuse_key: false },
        // AutoRenew, the default of the issuer Self, would go on making versions that are no CA.
        lifetime_actions: [AS_ASKED],
        issuer: { name: 'Self' },
      });
    });

    it('have the tags of their request', async () => {
      const { keyVault, vault } = world();
      const { name } = await plantCa(vault);
      await keyVault.createSeed(name, newRequest({ tags: { 'renew-key': 'new' } }));
      await keyVault.pendingRequest(name);
      expect((await keyVault.current(name))?.content?.tags).toStrictEqual({ 'renew-key': 'new' });
    });

    it('are a Conflict while a request is pending, which stays as it is', async () => {
      const { keyVault } = world();
      const { requestId } = await requested(keyVault, 'ca');
      await expect(keyVault.createSeed('ca', newRequest())).rejects.toBeInstanceOf(Conflict);
      expect(await keyVault.pendingRequest('ca')).toMatchObject({ requestId, issuerName: 'Unknown' });
    });

    it('are refused for a soft-deleted name', async () => {
      const { keyVault, vault } = world();
      await plantCa(vault, { name: 'deleted' });
      await softDelete(vault, 'deleted');
      const refused = keyVault.createSeed('deleted', newRequest());
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toMatchObject({ reason: 'name-deleted' });
    });

    it('lend their key to the next request, which asks to reuse it', async () => {
      const { keyVault, vault } = world();
      const { name } = await plantCa(vault);
      const seed = await seeded(world(), name);
      const key = { keyType: 'EC', curve: 'P-256', reuseKey: true };
      const request = await requested(keyVault, name, newRequest({ key }));
      expect(Buffer.from(spkiOf(request))).toStrictEqual(keyOf(seed.der).export({ type: 'spki', format: 'der' }));
      expect(await keyVault.current(name)).toMatchObject({ keyPolicy: { reuseKey: true, exportable: false } });
    });
  });

  describe('restoring the policy', () => {
    it.each([true, false])('makes it what a request says, whatever it was: reuse_key %s', async (reuseKey) => {
      const { keyVault, vault } = world();
      const { name } = await plantCa(vault, { issuerName: 'Self', exportable: true, reuseKey: !reuseKey });
      const subject = 'CN=Contoso Plant B CA,O=Contoso';
      const key = { keyType: 'RSA', size: 3072, reuseKey };
      await keyVault.restorePolicy(name, newRequest({ subject, key, validityInMonths: 36 }));
      expect(await policyOf(world(), name)).toMatchObject({
        key_props: { kty: 'RSA', key_size: 3072, reuse_key: reuseKey, exportable: false },
        x509_props: { subject, validity_months: 36 },
        lifetime_actions: [AS_ASKED],
        issuer: { name: 'Unknown' },
      });
      expect((await keyVault.current(name))?.keyPolicy).toStrictEqual({ keyType: 'RSA', reuseKey, exportable: false });
      expect(await keyVault.versions(name)).toHaveLength(1);
    });
  });

  describe('tagging', () => {
    it('replaces the tags of that version alone; a listing shows those of the current one', async () => {
      const { keyVault, vault } = world();
      const old = await plantCa(vault, { tags: { era: 'old', owner: 'pki' } });
      const current = await plantCa(vault, { tags: { era: 'new' } });
      await plantCa(vault, { name: 'untagged' });
      await keyVault.setTags(old.name, old.version, { dps: '*' });
      const tagsOf = async (version: string) => (await keyVault.certificate(old.name, version))?.tags;
      expect(await tagsOf(old.version)).toStrictEqual({ dps: '*' });
      expect(await tagsOf(current.version)).toStrictEqual({ era: 'new' });
      const listed = async () => Object.fromEntries((await keyVault.list()).map(({ name, tags }) => [name, tags]));
      expect(await listed()).toStrictEqual({ [old.name]: { era: 'new' }, untagged: {} });
      await keyVault.setTags(current.name, current.version, { paused: 'true' });
      expect(await listed()).toStrictEqual({ [old.name]: { paused: 'true' }, untagged: {} });
    });

    it('with no tags removes those there are', async () => {
      const { keyVault, vault } = world();
      const { name, version } = await plantCa(vault, { tags: { era: 'old' } });
      await keyVault.setTags(name, version, {});
      expect((await keyVault.certificate(name, version))?.tags).toStrictEqual({});
    });
  });

  describe('disabling', () => {
    it('takes one version out of use, its key with it, and leaves the others and the tags', async () => {
      const { keyVault, vault } = world();
      const kept = await plantCa(vault);
      const { name, version } = await plantCa(vault, { tags: { era: 'new' } });
      await keyVault.disable(name, version);
      expect(await keyVault.certificate(name, version)).toMatchObject({ enabled: false, tags: { era: 'new' } });
      const refused = keyVault.sign(`${keyVault.url}/keys/${name}/${version}`, 'ES256', DIGEST);
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toMatchObject({ reason: 'forbidden' });
      const enabled = (await keyVault.versions(name)).filter((each) => each.enabled);
      expect(enabled.map((each) => each.version)).toStrictEqual([kept.version]);
      await expect(
        keyVault.sign(`${keyVault.url}/keys/${name}/${kept.version}`, 'ES256', DIGEST),
      ).resolves.toBeDefined();
    });
  });
}
