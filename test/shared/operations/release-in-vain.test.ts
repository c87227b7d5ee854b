import { expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { CA, entryNames, eventsNamed, later, OLD, operatorOf } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { afterOverlap, clearStock, GROUP, register } from './evidence-scene.ts';

/** Far more than a renewal needs; whoever goes on for ever is found out by it. */
const MOST_CALLS = 300;

/**
 * Renews, and lets `happen` take place once the registrations have been read for the decision, before they are read to
 * act on it. Rejects for a renewal that calls for ever.
 */
async function renewWhile(scene: Scene, happen: () => Promise<void> | void): Promise<void> {
  const endless = Promise.withResolvers<never>();
  let reads = 0;
  let calls = 0;
  scene.intercept = async (_, path) => {
    calls += 1;
    if (calls > MOST_CALLS) {
      endless.reject(new Error(`more than ${MOST_CALLS} calls`));
      await endless.promise.catch(() => new Promise(() => undefined));
    }
    if (!path.includes('/registrations/')) return;
    reads += 1;
    if (reads >= 2) await happen();
  };
  await Promise.race([renew(scene.app, CA, 'release'), endless.promise]);
}

async function readyToRelease(): Promise<Scene> {
  const scene = await afterOverlap([GROUP]);
  await clearStock(scene);
  await register(scene, 'pump-1', 1);
  return scene;
}

const waitsOf = (scene: Scene) => eventsNamed(scene, 'renewal_settled').at(-1)?.waits;

it('a device that comes back before the first release keeps the older CA, and nobody tries for ever', async () => {
  const scene = await readyToRelease();
  await renewWhile(scene, async () => {
    later(scene, 1);
    await register(scene, 'pump-1', 0);
  });
  expect(waitsOf(scene)).toContainEqual(expect.objectContaining({ reason: 'devices-left' }));
  expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
});

it('evidence that cannot be read any more keeps the older CA, and nobody tries for ever', async () => {
  const scene = await readyToRelease();
  await renewWhile(scene, () => {
    throw new Error('connection lost');
  });
  expect(waitsOf(scene)).toContainEqual(expect.objectContaining({ reason: 'evidence-unavailable' }));
  expect(await entryNames(scene)).toContain(OLD);
});
