import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { renewByHand } from '../../support/by-hand.ts';
import { withDps } from '../../support/changed-seed.ts';
import { fleet, PLANT_A } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { rooted } from '../../support/rooted.ts';
import { createScene } from '../../support/scene.ts';

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };

/** The fleet, and a device whose enrollment embeds the subordinate CA; the DPS holds the root, too. */
function embedded(): SeedInput {
  return withDps(fleet(), 'dps-1', ({ certificates = [] }) => ({
    certificates: [...certificates, ...(rooted().provisioningServices[0]?.certificates ?? [])],
    individualEnrollments: [{ id: 'press-1', clientCertificates: { primary: PLANT_A } }],
  }));
}

describe('an individual enrollment that embeds a version which is not the current one any more', () => {
  it('moves, whoever has made the newer one, and whenever that was', async () => {
    const scene = await createScene(embedded());
    await renewByHand(scene);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.filter(({ event }) => event === 'enrollment_moved')).toMatchObject([
      { enrollment: 'press-1', kind: 'individual' },
    ]);
    expect(scene.violations()).toEqual([]);
  });

  it('is found by the scan, however late this CA is looked at', async () => {
    const scene = await createScene(embedded());
    await renewByHand(scene);
    scene.intercept = (method, path) => {
      if (method === 'PUT' && path.includes('/enrollments/')) throw new Error('connection lost');
    };
    await expect(renew(scene.app, CA, 'r1')).rejects.toThrow('connection lost');
    expect(scene.events.map(({ event }) => event)).not.toContain('certificate_trusted');
    scene.intercept = () => undefined;
    // From the second scan on, which versions there are is in the catalogue until the CA itself is looked at.
    expect(await scan(scene.app)).toEqual([CA]);
    scene.calls.length = 0;
    scene.intercept = async (_, path) => {
      const isRead = () => scene.calls.some((call) => call.path.endsWith('/enrollments/query'));
      if (!path.endsWith(`/${CA.name}/versions`)) return;
      for (let turn = 0; turn < 200 && !isRead(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    expect(await scan(scene.app)).toEqual([CA]);
  });
});
