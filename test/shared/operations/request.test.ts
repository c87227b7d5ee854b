import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { renewByHand } from '../../support/by-hand.ts';
import { withVault } from '../../support/changed-ports.ts';
import { fleet, PLANT_A } from '../../support/fleet.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: PLANT_A.name };

interface Policy {
  readonly key_props: Readonly<Record<string, unknown>>;
  readonly x509_props: Readonly<Record<string, unknown>>;
}

/** The policy that Key Vault was asked for. */
function policyOf({ calls }: Scene): Policy {
  const [created, ...more] = calls.filter(({ path }) => path.endsWith('/plant-a-ca/create'));
  if (created === undefined || more.length > 0)
    throw new Error(`expected one create, saw ${created ? 1 + more.length : 0}`);
  return (created.body as { policy: Policy }).policy;
}

/** The fleet with a policy that wants the same key again, or not. */
function withReuseKey(reuseKey: boolean): SeedInput {
  const seed = fleet();
  const vaults = seed.vaults.map(({ name, certificates = [] }) => ({
    name,
    certificates: certificates.map((certificate) =>
      certificate.name === PLANT_A.name ? { ...certificate, reuseKey } : certificate,
    ),
  }));
  return { ...seed, vaults };
}

describe('the request for a new version', () => {
  it.each([true, false])('asks for the same key again if the policy does: reuse_key %s', async (reuseKey) => {
    const scene = await createScene(withReuseKey(reuseKey));
    await renew(scene.app, CA, 'r1');
    expect(policyOf(scene).key_props).toMatchObject({ reuse_key: reuseKey, exportable: false });
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
  });

  it.each([
    ['RSA-2048', 'RSA', { kty: 'RSA', key_size: 2048 }],
    ['RSA-2048', 'RSA-HSM', { kty: 'RSA-HSM', key_size: 2048 }],
    ['P-384', 'EC', { kty: 'EC', crv: 'P-384' }],
    ['P-384', 'EC-HSM', { kty: 'EC-HSM', crv: 'P-384' }],
  ] as const)('for a %s key of the type %s asks for the same', async (subordinate, keyType, asked) => {
    const scene = await createScene(fleet({ subordinate }));
    const app = withVault(scene, 'kv-fleet', (vault) => ({
      current: async (name) => {
        const current = await vault.current(name);
        return current && { ...current, keyPolicy: { ...current.keyPolicy, keyType } };
      },
    }));
    await renew(app, CA, 'r1');
    expect(policyOf(scene).key_props).toMatchObject(asked);
  });

  it.each([
    ['the same', ['keyCertSign', 'digitalSignature'], ['digitalSignature', 'keyCertSign']],
    ['those of a CA where the certificate names none', [], ['keyCertSign', 'cRLSign']],
  ])('asks for key usages: %s', async (_, keyUsage, asked) => {
    const scene = await createScene(fleet());
    await renewByHand(scene, { validity: [-300, 10], keyUsage });
    await renew(scene.app, CA, 'r1');
    expect(policyOf(scene).x509_props.key_usage).toEqual(asked);
  });

  it.each<[string, readonly [number, number], number]>([
    ['two years', [-670, 60], 24],
    ['a week, which is less than a month', [-6.5, 0.5], 1],
    ['ten years', [-3600, 52], 120],
    ['thirty years, which is more than the portal accepts', [-10_800, 150], 120],
  ])('says how long %s are, in months', async (_, validity, months) => {
    const scene = await createScene(fleet());
    await renewByHand(scene, { validity });
    await renew(scene.app, CA, 'r1');
    expect(policyOf(scene).x509_props.validity_months).toBe(months);
  });
});
