import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { withCertificate, withDps, withEntries } from '../../support/changed-seed.ts';
import { fleet, generationsOf, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
const creates = (scene: Scene) => scene.calls.filter(({ path }) => path.endsWith('/create'));

/** Breaks the calls that match. */
function lose(scene: Scene, method: string, part: string): void {
  scene.intercept = (called, path) => {
    if (called === method && path.includes(part)) throw new Error('connection lost');
  };
}

describe('a certificate that no DPS could use', () => {
  const tagged = withCertificate(fleet(), CA.name, { tags: { dps: 'dps-1' } });
  const notThere = withEntries(
    withDps(tagged, 'dps-1', () => ({ certificates: [] })),
    'dps-1',
    24,
  );
  it.each<[what: string, seed: SeedInput, befall: (scene: Scene) => void, reason: string]>([
    ['the only one being full', withEntries(fleet(), 'dps-1', 25), () => undefined, 'no-free-slot'],
    [
      'both being full',
      withEntries(withEntries(fleet({ services: 2 }), 'dps-1', 25), 'dps-2', 25),
      () => undefined,
      'no-free-slot',
    ],
    ['the only one not being Active', fleet(), (scene) => scene.setState('dps-1', 'Suspended'), 'no-service-ready'],
    [
      'one being full, the other one not Active',
      withEntries(fleet({ services: 2 }), 'dps-1', 25),
      (scene) => scene.setState('dps-2', 'Suspended'),
      'no-free-slot',
    ],
    [
      'one not being Active, the other one out of reach',
      fleet({ services: 2 }),
      (scene) => {
        scene.setState('dps-1', 'Suspended');
        lose(scene, 'GET', '/provisioningServices/dps-2');
      },
      'no-service-ready',
    ],
    // It is registered there for the first time: this generation would take the last slot.
    ['one slot being left where two are needed', notThere, () => undefined, 'no-free-slot'],
  ])('is not asked for: %s', async (_, seed, befall, reason) => {
    const scene = await createScene(seed);
    befall(scene);
    await renew(scene.app, CA, 'r1');
    expect(creates(scene)).toEqual([]);
    expect(generationsOf(scene)).toHaveLength(1);
    expect(JSON.stringify(scene.events)).toContain(`"reason":"${reason}"`);
  });

  it('is asked for once, as soon as one DPS can use it', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    for (const dps of ['dps-1', 'dps-2']) scene.setState(dps, 'Suspended');
    for (let time = 0; time < 3; time += 1) await renew(scene.app, CA, `r${time}`);
    expect(creates(scene)).toEqual([]);
    scene.setState('dps-2', 'Active');
    for (let time = 3; time < 6; time += 1) await renew(scene.app, CA, `r${time}`);
    expect(creates(scene)).toHaveLength(1);
    scene.setState('dps-1', 'Active');
    await renew(scene.app, CA, 'r6');
    expect(await renewalOutcome(scene, 2)).toEqual(renewedOnce(2));
    expect(creates(scene)).toHaveLength(1);
  });

  it('is not issued for a request made before, until a DPS is back; then it is, without another request', async () => {
    const scene = await createScene(fleet());
    lose(scene, 'POST', '/sign');
    await renew(scene.app, CA, 'r1').catch(() => undefined);
    scene.intercept = () => undefined;
    scene.setState('dps-1', 'Suspended');
    await renew(scene.app, CA, 'r2');
    expect(generationsOf(scene)).toHaveLength(1);
    scene.setState('dps-1', 'Active');
    await renew(scene.app, CA, 'r3');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
    expect(creates(scene)).toHaveLength(1);
  });
});
