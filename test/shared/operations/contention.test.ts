import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { renewByHand, sendToVault } from '../../support/by-hand.ts';
import { fleet, generationsOf, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { onceBefore } from '../../support/once-before.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// Key Vault has no ETags. These are the moments at which somebody else can get between our reading and our writing.

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

/** A create like ours in all but one point: the private key may leave the vault. */
const EXPORTABLE = {
  policy: {
    key_props: { kty: 'EC', crv: 'P-256', exportable: true },
    x509_props: { subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso', key_usage: ['keyCertSign', 'cRLSign'] },
    issuer: { name: 'Unknown' },
  },
};

const send = (scene: Scene, method: string, path: string, body?: unknown) =>
  sendToVault(scene, 'kv-fleet', method, path, body);

describe('somebody else', () => {
  it.each([
    ['while the request is made', (_: string, path: string) => path.endsWith('/create')],
    ['while the issuer signs', (_: string, path: string) => path.includes('kv-root') && path.endsWith('/sign')],
  ])('renews by hand %s: theirs is taken, and no second generation made', async (_, moment) => {
    const scene = await createScene(fleet());
    onceBefore(scene, moment, () => renewByHand(scene));
    await renew(scene.app, CA, 'r1');
    expect(generationsOf(scene)).toHaveLength(2);
    const state = await renewalOutcome(scene);
    expect(state.entries).toEqual(renewedOnce().entries);
  });

  it('replaces the pending request while the issuer signs: what was signed for the old one is never merged', async () => {
    const scene = await createScene(fleet());
    onceBefore(
      scene,
      (_, path) => path.includes('kv-root') && path.endsWith('/sign'),
      async () => {
        await send(scene, 'DELETE', '/certificates/plant-a-ca/pending');
        await send(scene, 'POST', '/certificates/plant-a-ca/create', {});
      },
    );
    await renew(scene.app, CA, 'r1');
    const merges = scene.calls.filter(({ path }) => path.endsWith('/merge'));
    expect(merges.map(({ status }) => status)).toEqual([201]);
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });

  it('renews and asks once more between two of our readings: the request on top is not issued for', async () => {
    const scene = await createScene(fleet());
    onceBefore(
      scene,
      (method, path) => method === 'GET' && path.endsWith('/pending'),
      async () => {
        await renew(scene.app, CA, 'faster');
        await send(scene, 'POST', '/certificates/plant-a-ca/create', {});
      },
    );
    await renew(scene.app, CA, 'r1');
    expect(generationsOf(scene)).toHaveLength(2);
  });

  it('plants a pending request with an exportable key or another subject: nothing is signed', async () => {
    for (const policy of [
      {
        key_props: { kty: 'EC', crv: 'P-256', exportable: true },
        x509_props: { subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso' },
      },
      { key_props: { kty: 'EC', crv: 'P-256', exportable: false }, x509_props: { subject: 'CN=Evil' } },
      {
        key_props: { kty: 'EC', crv: 'P-384', exportable: false },
        x509_props: { subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso' },
      },
    ]) {
      const scene = await createScene(fleet());
      const body = { policy: { ...policy, issuer: { name: 'Unknown' } } };
      await send(scene, 'POST', '/certificates/plant-a-ca/create', body);
      await renew(scene.app, CA, 'r1');
      expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'foreign-request' }]);
      expect(scene.calls.filter(isWrite)).toEqual([]);
    }
  });

  it.each([
    ['plants a request with an exportable key after we read the policy', false],
    ['replaces our request by one with an exportable key before we read it back', true],
  ])('%s: no certificate is merged for it, and no entry made', async (_, replaces) => {
    const scene = await createScene(fleet());
    const asked = () => scene.calls.some(({ path }) => path.endsWith('/create'));
    onceBefore(
      scene,
      (method, path) => method === 'GET' && path.endsWith('/pending') && asked() === replaces,
      async () => {
        if (replaces) await send(scene, 'DELETE', '/certificates/plant-a-ca/pending');
        await send(scene, 'POST', '/certificates/plant-a-ca/create', EXPORTABLE);
      },
    );
    await renew(scene.app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_refused', reason: 'foreign-request' });
    expect(scene.calls.filter(({ path }) => path.endsWith('/merge'))).toEqual([]);
    expect(generationsOf(scene)).toHaveLength(1);
    expect(await scene.entries('dps-1')).toHaveLength(1);
  });

  it('makes another verification code before ours is used: a new one is made, and the entry verified', async () => {
    const scene = await createScene(fleet());
    const service = [...scene.app.ports.services.values()][0];
    onceBefore(
      scene,
      (_, path) => path.endsWith('/verify'),
      async () => {
        const unverified = (await service?.entries())?.find(({ isVerified }) => !isVerified);
        if (unverified) await service?.generateVerificationCode(unverified);
      },
    );
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });

  it('verifies the entry by hand before we do: that is good enough', async () => {
    const scene = await createScene(fleet());
    onceBefore(
      scene,
      (_, path) => path.endsWith('/generateVerificationCode'),
      async () => {
        scene.intercept = () => undefined;
        await renew(scene.app, CA, 'by hand');
      },
    );
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });
});
