import { describe, expect, it } from 'vitest';
import { scan } from '../../../shared/operations/scan.ts';
import { disableVersion, renewByHand } from '../../support/by-hand.ts';
import { fleet, PLANT_A } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { eventsNamed, turn } from '../../support/moving.ts';
import { createScene } from '../../support/scene.ts';

const lastFailures = (scene: Awaited<ReturnType<typeof createScene>>) =>
  eventsNamed(scene, 'scan_completed').at(-1)?.failures;

describe('a lane that waits for what may never come', () => {
  it('is a failure of the scan, though another lane of the CA is refused', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    const vaults = new Map([...scene.app.ports.vaults].filter(([url]) => !url.includes('kv-root')));
    const app = { ...scene.app, ports: { ...scene.app.ports, vaults } };
    scene.setState('dps-2', 'Suspended');
    await scan(app);
    expect(eventsNamed(scene, 'renewal_refused')).toMatchObject([{ reason: 'issuer-not-in-vault' }]);
    expect(eventsNamed(scene, 'scan_completed')).toMatchObject([{ refused: 1 }]);
    expect(lastFailures(scene)).toMatchObject([{ message: expect.stringContaining('Suspended') as unknown }]);
  });

  it('is a failure of the scan where a CA has been rolled back and is due', async () => {
    const scene = await createScene(fleet());
    const { version } = await renewByHand(scene);
    await disableVersion(scene, PLANT_A, version);
    await turn(scene);
    expect(await scan(scene.app)).toEqual([]);
    expect(lastFailures(scene)).toMatchObject([{ target: `${vaultUrl(PLANT_A.vault)}/${PLANT_A.name}` }]);
  });
});
