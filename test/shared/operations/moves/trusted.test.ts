import { describe, expect, it } from 'vitest';
import { renew } from '../../../../shared/operations/renew.ts';
import { sendToVault } from '../../../support/by-hand.ts';
import {
  CA,
  CA_NAME,
  enrolled,
  eventsNamed,
  later,
  liveThrough,
  naming,
  RETIRE_AFTER_OVERLAP,
  turn,
  VAULT,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const inThree = (groups: readonly string[] = ['line-1']) =>
  enrolled([1, 2, 3].map(() => ({ enrollmentGroups: groups.map((id) => naming(id)) })));

const start = (seed = inThree()) => createScene(seed, new Date(), { wishes: RETIRE_AFTER_OVERLAP });

const trusted = (scene: Scene) => eventsNamed(scene, 'certificate_trusted');

/** Calls of the service API of one DPS, or of its resource, break off. */
function outOfReach(scene: Scene, dps: string): void {
  scene.intercept = (_method, path) => {
    if (path.startsWith(`//${dps}.`) || new RegExp(`/${dps}(/|$)`).test(path)) throw new Error('connection lost');
  };
}

async function currentVersion(scene: Scene) {
  const vault = scene.app.ports.vaults.get(CA.vaultUrl);
  const version = (await vault?.versions(CA.name))?.[0];
  return { version: version?.version, thumbprint: version?.thumbprint };
}

describe('certificate_trusted', () => {
  it('comes once, after the last reference of three DPS has moved, and names the version to pin', async () => {
    const scene = await start(inThree(['line-1', 'line-2']));
    await turn(scene);
    const order = scene.events.map(({ event }) => event);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(6);
    expect(order.indexOf('certificate_trusted')).toBeGreaterThan(order.lastIndexOf('enrollment_moved'));
    expect(trusted(scene)).toMatchObject([{ ca: CA_NAME, ...(await currentVersion(scene)) }]);
    // Not at the renewal of another message, not in the overlap, not at the retirement, not after it.
    await renew(scene.app, CA, 'r2');
    await liveThrough(scene, 40);
    expect(eventsNamed(scene, 'certificate_retired')).toHaveLength(3);
    expect(trusted(scene)).toHaveLength(1);
  });

  it.each([
    ['the resource', 'dps-2'],
    ['the enrollments', '//dps-2.'],
  ])('waits for a DPS of which %s cannot be read', async (_what, part) => {
    const scene = await start();
    if (part === 'dps-2') outOfReach(scene, part);
    else
      scene.intercept = (_method, path) => {
        if (path.startsWith(part)) throw new Error('connection lost');
      };
    await turn(scene).catch(() => undefined);
    later(scene, 1);
    await turn(scene).catch(() => undefined);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(2);
    expect(trusted(scene)).toEqual([]);
    scene.intercept = () => undefined;
    later(scene, 1);
    await turn(scene);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(3);
    expect(trusted(scene)).toMatchObject([await currentVersion(scene)]);
  });

  it('waits for a DPS that takes no changes, and comes when a scan finds that somebody else has moved the last', async () => {
    const scene = await start();
    scene.setState('dps-3', 'Suspended');
    await turn(scene);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(2);
    await liveThrough(scene, 3);
    expect(trusted(scene)).toEqual([]);
    scene.setState('dps-3', 'Active');
    later(scene, 1);
    await turn(scene);
    expect(trusted(scene)).toMatchObject([await currentVersion(scene)]);
  });

  it('comes once for each generation', async () => {
    const scene = await start();
    await turn(scene);
    const first = await currentVersion(scene);
    later(scene, 60);
    await turn(scene);
    expect(eventsNamed(scene, 'certificate_retired')).toHaveLength(3);
    await renew(scene.app, CA, 'forced', first.thumbprint ?? '');
    const second = await currentVersion(scene);
    expect(second).not.toEqual(first);
    await liveThrough(scene, 5);
    expect(trusted(scene)).toMatchObject([first, second]);
  });

  it('does not come for a CA that was never renewed, nor where it is paused before its references have moved', async () => {
    const scene = await start();
    scene.intercept = (method, path) => {
      if (method === 'PUT' && path.includes('/enrollmentGroups/')) throw new Error('connection lost');
    };
    await turn(scene).catch(() => undefined);
    scene.intercept = () => undefined;
    await sendToVault(scene, VAULT, 'PATCH', `/certificates/${CA_NAME}`, { tags: { paused: 'true' } });
    await liveThrough(scene, 5);
    expect(eventsNamed(scene, 'enrollment_moved')).toEqual([]);
    expect(trusted(scene)).toEqual([]);
    await sendToVault(scene, VAULT, 'PATCH', `/certificates/${CA_NAME}`, { tags: {} });
    await liveThrough(scene, 1);
    expect(trusted(scene)).toHaveLength(1);
    // The root never was.
    expect(trusted(scene).filter(({ ca }) => ca === 'root')).toEqual([]);
  });
});
