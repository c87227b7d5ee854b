import { expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { CA, entryNames, eventsNamed, later, OLD, operatorOf } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { afterOverlap, clearStock, GROUP, register } from './evidence-scene.ts';

/** Far more than a renewal needs; whoever goes on for ever is found out by it. */
const MOST_CALLS = 300;

/** Lets `happen` take place once the registrations have been read for the decision, before they are read to act on it. */
function onceDecided(scene: Scene, happen: () => Promise<void> | void): void {
  let reads = 0;
  let calls = 0;
  scene.intercept = async (_, path) => {
    calls += 1;
    if (calls > MOST_CALLS) throw new Error(`more than ${MOST_CALLS} calls`);
    if (!path.includes('/registrations/')) return;
    reads += 1;
    if (reads === 2) await happen();
  };
}

async function readyToRelease(): Promise<Scene> {
  const scene = await afterOverlap([GROUP]);
  await clearStock(scene);
  await register(scene, 'pump-1', 1);
  return scene;
}

it('a device that comes back before the first release keeps the older CA, and nobody tries for ever', async () => {
  const scene = await readyToRelease();
  onceDecided(scene, async () => {
    later(scene, 1);
    await register(scene, 'pump-1', 0);
  });
  await renew(scene.app, CA, 'release');
  expect(eventsNamed(scene, 'renewal_settled').at(-1)?.waits).toContainEqual(
    expect.objectContaining({ reason: 'devices-left' }),
  );
  expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
});

it('evidence that cannot be read any more keeps the older CA, and nobody tries for ever', async () => {
  const scene = await readyToRelease();
  onceDecided(scene, () => {
    const { intercept } = scene;
    scene.intercept = async (method, path) => {
      await intercept(method, path);
      if (path.includes('/registrations/')) throw new Error('connection lost');
    };
    throw new Error('connection lost');
  });
  await renew(scene.app, CA, 'release');
  expect(eventsNamed(scene, 'renewal_settled').at(-1)?.waits).toContainEqual(
    expect.objectContaining({ reason: 'evidence-unavailable' }),
  );
  expect(await entryNames(scene)).toContain(OLD);
});
