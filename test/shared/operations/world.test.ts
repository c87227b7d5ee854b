import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { observeWorld } from '../../../shared/operations/world.ts';
import type { VaultVersion } from '../../../shared/ports.ts';
import { disableVersion, renewByHand, sendToVault } from '../../support/by-hand.ts';
import { withVault } from '../../support/changed-ports.ts';
import { fleet, generationsOf, PLANT_A } from '../../support/fleet.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: PLANT_A.name };

/** Key Vault's own issuer, which makes a version that is no CA, whatever it is asked for. */
async function selfIssued(scene: Scene): Promise<void> {
  const policy = {
    key_props: { kty: 'EC', crv: 'P-256', exportable: false },
    x509_props: { subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso' },
    issuer: { name: 'Self' },
  };
  await sendToVault(scene, 'kv-fleet', 'POST', '/certificates/plant-a-ca/create', { policy });
}

async function disabled(scene: Scene): Promise<void> {
  const { version } = await renewByHand(scene);
  await disableVersion(scene, PLANT_A, version);
}

const versionsOf = (scene: Scene) => generationsOf(scene).map(({ version }) => version);

describe('the lineage of a CA', () => {
  // Key Vault tells a version's creation to the second: the two by hand were made in the same one.
  it.each([
    ['as it comes', (listed: readonly VaultVersion[]) => listed],
    ['the other way round', (listed: readonly VaultVersion[]) => listed.toReversed()],
  ])('is its enabled versions, the newest first, with the listing %s', async (_, order) => {
    const scene = await createScene(fleet());
    await renewByHand(scene, { validity: [-1, 700] });
    await renewByHand(scene, { validity: [-1, 800] });
    const app = withVault(scene, PLANT_A.vault, (vault) => ({
      versions: async (name) => order(await vault.versions(name)),
    }));
    const { generations } = await observeWorld(app.ports).lineage(CA);
    expect(generations.map(({ version }) => version)).toEqual(versionsOf(scene).reverse());
  });

  it.each([
    ['a disabled version', disabled],
    ['a version that is no CA', selfIssued],
  ])('holds %s as a version, but as no generation', async (_, arrange) => {
    const scene = await createScene(fleet());
    const [old] = versionsOf(scene);
    await arrange(scene);
    const { generations, versions } = await observeWorld(scene.app.ports).lineage(CA);
    expect(generations.map(({ version }) => version)).toEqual([old]);
    expect(versions).toHaveLength(2);
  });
});

describe('a newest version that was disabled by hand', () => {
  it('is uploaded nowhere', async () => {
    const scene = await createScene(fleet());
    await disabled(scene);
    const [, withdrawn] = generationsOf(scene);
    await renew(scene.app, CA, 'r1');
    const uploads = scene.calls.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.stringify(body));
    expect(scene.events.at(-1)).toMatchObject({
      waits: expect.arrayContaining([expect.objectContaining({ reason: 'rolled-back' })]),
    });
    const held = Buffer.from(withdrawn?.der ?? []).toString('base64');
    expect(uploads.filter((body) => body.includes(held))).toEqual([]);
  });
});

describe('an old version that was disabled after a renewal by hand', () => {
  it('still tells which DPS the CA is in: scan names the CA, and renew uploads the new generation there', async () => {
    const scene = await createScene(fleet());
    const [old] = versionsOf(scene);
    const { version } = await renewByHand(scene);
    await disableVersion(scene, PLANT_A, old ?? '');
    expect(await scan(scene.app)).toEqual([CA]);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', steps: ['upload', 'prove'] });
    expect(versionsOf(scene)).toEqual([old, version]);
    expect((await scene.entries('dps-1')).map(({ isVerified }) => isVerified)).toEqual([true, true]);
    expect(await scan(scene.app)).toEqual([]);
  });
});
