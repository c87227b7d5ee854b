import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import type { KeyVault, VaultCertificateContent } from '../../../shared/ports.ts';
import { withVault } from '../../support/changed-ports.ts';
import { fleet, generationsOf } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
const writes = (scene: Scene, part: RegExp) =>
  scene.calls.filter((call) => isWrite(call) && part.test(call.path)).map(({ path }) => path);

function withLastBitChanged(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets).with(-1, (octets.at(-1) ?? 0) ^ 1);
}

type Sign = (vault: KeyVault, scene: Scene) => KeyVault['sign'];

const tampered: Sign = (vault) => async (keyId, algorithm, digest) => {
  return withLastBitChanged(await vault.sign(keyId, algorithm, digest));
};

/** The CA's own key signs, in place of its issuer's. */
const anotherKey: Sign = (_, scene) => async (_keyId, algorithm, digest) => {
  const vault = scene.app.ports.vaults.get(CA.vaultUrl);
  const own = await vault?.current(CA.name);
  if (!vault || !own?.content) throw new Error('no CA');
  return vault.sign(own.content.keyId, algorithm, digest);
};

describe('a certificate that fails its check', () => {
  it.each([
    ['was tampered with', tampered],
    ["is another key's", anotherKey],
  ])('since its signature %s is refused, and never merged', async (_, sign) => {
    const scene = await createScene(fleet());
    await renew(
      withVault(scene, 'kv-root', (vault) => ({ sign: sign(vault, scene) })),
      CA,
      'r1',
    );
    expect(scene.events).toMatchObject([
      { event: 'certificate_requested' },
      { event: 'renewal_refused', reason: 'renewal-faulty', message: expect.stringContaining('does not verify') },
    ]);
    expect(writes(scene, /merge|provisioningServices/)).toEqual([]);
    expect(generationsOf(scene)).toHaveLength(1);
  });
});

describe('a merged version that the vault does not give back as it was merged', () => {
  it.each<[string, (kept: VaultCertificateContent, scene: Scene) => VaultCertificateContent | undefined]>([
    ['but as another certificate', (kept, scene) => ({ ...kept, der: generationsOf(scene)[0]?.der ?? kept.der })],
    ['but with one bit changed', (kept) => ({ ...kept, der: withLastBitChanged(kept.der) })],
    ['at all', () => undefined],
  ])('%s is refused, and uploaded nowhere', async (_, given) => {
    const scene = await createScene(fleet());
    const app = withVault(scene, 'kv-fleet', (vault) => ({
      certificate: async (name, version) => {
        const kept = await vault.certificate(name, version);
        return kept && given(kept, scene);
      },
    }));
    await renew(app, CA, 'r1');
    expect(scene.events).toMatchObject([
      { event: 'certificate_requested' },
      { event: 'renewal_refused', reason: 'renewal-faulty', message: expect.stringMatching(/Version [0-9a-f]{32} of/) },
    ]);
    expect(writes(scene, /merge/)).toHaveLength(1);
    expect(writes(scene, /provisioningServices/)).toEqual([]);
  });
});
