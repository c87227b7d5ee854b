import { expect, it } from 'vitest';
import { renew } from '../../shared/operations/renew.ts';
import { renewByHand, sendToVault } from '../support/by-hand.ts';
import { fleet, generationsOf } from '../support/fleet.ts';
import { onceBefore } from '../support/once-before.ts';
import { createScene } from '../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

// The check before the merge would stop it, too; but only after the issuer has signed, and the request would stay.
it('a request that was overtaken while it was made is given up: nothing is signed for it, nothing stays pending', async () => {
  const scene = await createScene(fleet());
  onceBefore(
    scene,
    (_, path) => path.endsWith('/create'),
    () => renewByHand(scene),
  );
  const before = scene.calls.length;
  await renew(scene.app, CA, 'r1');
  const signed = scene.calls.slice(before).filter(({ path }) => path.includes('kv-root') && path.endsWith('/sign'));
  expect({ signed, generations: generationsOf(scene).length }).toEqual({ signed: [], generations: 2 });
  const pending = sendToVault(scene, 'kv-fleet', 'GET', '/certificates/plant-a-ca/pending');
  await expect(pending).rejects.toThrow('Pending certificate not found');
});
