import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import type { Service } from '../../../local/emulator/service.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { endState, fleet, generationsOf, renewedOnce } from '../../support/fleet.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// Key Vault has no ETags. These are the moments at which somebody else can get between our reading and our writing.

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

/** Does something once, right before the first call that matches. */
function onceBefore(
  scene: Scene,
  matches: (method: string, path: string) => boolean,
  act: () => Promise<unknown>,
): void {
  let done = false;
  scene.intercept = async (method, path) => {
    if (done || !matches(method, path)) return;
    done = true;
    await act();
  };
}

/** What an operator does by hand: a new version, signed by the root, with a key of its own. */
async function renewByHand(scene: Scene): Promise<void> {
  const [root] = generationsOf(scene, { vault: 'kv-root', name: 'fleet-root' });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await makeCertificate({
    subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso',
    publicKey,
    signer: { key: scene.vault('kv-root').privateKeyOf('fleet-root'), ...(root && { certificate: root.der }) },
    notBefore: new Date(scene.clock.now.getTime() - 600_000),
    notAfter: new Date(scene.clock.now.getTime() + 700 * 86_400_000),
    ca: true,
    pathLen: 0,
  });
  scene.vault('kv-fleet').plant({ name: 'plant-a-ca', privateKey, certificate });
}

const send = (service: Service, method: string, path: string, body?: unknown) =>
  service.handle({ method, url: new URL(`${CA.vaultUrl}${path}?api-version=7.4`), headers: {}, body });

describe('somebody else', () => {
  it.each([
    ['while the request is made', (_: string, path: string) => path.endsWith('/create')],
    ['while the issuer signs', (_: string, path: string) => path.includes('kv-root') && path.endsWith('/sign')],
  ])('renews by hand %s: theirs is taken, and no second generation made', async (_, moment) => {
    const scene = await createScene(fleet());
    onceBefore(scene, moment, () => renewByHand(scene));
    await renew(scene.app, CA, 'r1');
    expect(generationsOf(scene)).toHaveLength(2);
    const state = await endState(scene);
    expect(state.entries).toEqual(renewedOnce().entries);
  });

  it('replaces the pending request while the issuer signs: what was signed for the old one is never merged', async () => {
    const scene = await createScene(fleet());
    onceBefore(
      scene,
      (_, path) => path.includes('kv-root') && path.endsWith('/sign'),
      async () => {
        await send(scene.vault('kv-fleet'), 'DELETE', '/certificates/plant-a-ca/pending');
        await send(scene.vault('kv-fleet'), 'POST', '/certificates/plant-a-ca/create', {});
      },
    );
    await renew(scene.app, CA, 'r1');
    const merges = scene.calls.filter(({ path }) => path.endsWith('/merge'));
    expect(merges.map(({ status }) => status)).toEqual([201]);
    expect(await endState(scene)).toEqual(renewedOnce());
  });

  it('renews and asks once more between two of our readings: the request on top is not issued for', async () => {
    const scene = await createScene(fleet());
    onceBefore(
      scene,
      (method, path) => method === 'GET' && path.endsWith('/pending'),
      async () => {
        await renew(scene.app, CA, 'faster');
        await send(scene.vault('kv-fleet'), 'POST', '/certificates/plant-a-ca/create', {});
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
      await send(scene.vault('kv-fleet'), 'POST', '/certificates/plant-a-ca/create', body);
      await renew(scene.app, CA, 'r1');
      expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'foreign-request' }]);
      expect(scene.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
    }
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
    expect(await endState(scene)).toEqual(renewedOnce());
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
    expect(await endState(scene)).toEqual(renewedOnce());
  });
});
