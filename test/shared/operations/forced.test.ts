import { describe, expect, it } from 'vitest';
import { renewMessage } from '../../../shared/operations/renew-message.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { disableVersion, renewByHand } from '../../support/by-hand.ts';
import { fleet, generationsOf, PLANT_A } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { ROOT, ROOT_CA, rooted, rootRenewed, rootState } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };

const enabled = (scene: Scene, ca: { vault: string; name: string }) =>
  generationsOf(scene, ca).filter((version) => version.enabled);
function thumbprint(scene: Scene, ca: { vault: string; name: string } = PLANT_A): string {
  return readCertificate(enabled(scene, ca).at(-1)?.der ?? new Uint8Array()).thumbprint;
}

describe('a forced renewal', () => {
  it.each(['same', 'new'] as const)(
    'renews a root that is not due, once however often it is delivered (%s key)',
    async (key) => {
      const scene = await createScene(rooted({ notBefore: '-P1Y', notAfter: 'P9Y', reuseKey: key === 'same' }));
      expect(await scan(scene.app)).toEqual([]);
      const message = { ...ROOT_CA, force: thumbprint(scene, ROOT).toLowerCase() };
      for (const delivery of ['r1', 'r2', 'r3']) await renewMessage(scene.app, message, delivery);
      expect(await rootState(scene)).toEqual(rootRenewed(key));
      expect(scene.events).toContainEqual(
        expect.objectContaining({ event: 'certificate_requested', reason: 'forced' }),
      );
    },
  );

  it('of a CA that was rolled back makes a new generation', async () => {
    const scene = await createScene(fleet());
    const { version } = await renewByHand(scene);
    await disableVersion(scene, PLANT_A, version);
    await renewMessage(scene.app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ reason: 'rolled-back' }, { reason: 'settled' }] });
    await renewMessage(scene.app, { ...CA, force: thumbprint(scene) }, 'r2');
    expect(enabled(scene, PLANT_A)).toHaveLength(2);
    expect((await scene.entries('dps-1')).filter(({ isVerified }) => isVerified)).toHaveLength(2);
  });

  it('of a generation that is not the newest any more does nothing', async () => {
    const scene = await createScene(fleet());
    const old = thumbprint(scene);
    await renewByHand(scene);
    await renewMessage(scene.app, { ...CA, force: old }, 'r1');
    expect(enabled(scene, PLANT_A)).toHaveLength(2);
  });

  it('is refused where it would gain nothing: a new generation may not end before the old one', async () => {
    const seed = fleet();
    const root = seed.vaults[0]?.certificates?.[0];
    Object.assign(root ?? {}, { notAfter: 'P60D' });
    const scene = await createScene(seed);
    await renewMessage(scene.app, { ...CA, force: thumbprint(scene) }, 'r1');
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toMatchObject([{ reason: 'issuer-first' }]);
  });

  it.each(['', 'soon', 1, null, 'g'.repeat(40)])('with %j for a thumbprint is no message', async (force) => {
    const scene = await createScene(fleet());
    await renewMessage(scene.app, { ...CA, force }, 'r1');
    expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'malformed-message' }]);
  });
});
