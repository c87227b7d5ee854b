import { describe, expect, it } from 'vitest';
import { renew } from '../../../../shared/operations/renew.ts';
import { disableVersion } from '../../../support/by-hand.ts';
import {
  CA,
  CA_NAME,
  enrolled,
  entryNames,
  eventsNamed,
  later,
  liveThrough,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  uploadedEntry,
  VAULT,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

/** Renewed and moved 10 days ago; then the operator takes the new version back. */
async function rolledBack(services = 1): Promise<{ scene: Scene; good: string; bad: string }> {
  const service = { enrollmentGroups: [naming('line-1')] };
  const scene = await createScene(enrolled(Array.from({ length: services }, () => service)), new Date(), {
    wishes: RETIRE_AFTER_OVERLAP,
  });
  await renew(scene.app, CA, 'r1');
  later(scene, 10);
  const [bad, good] = (await scene.app.ports.vaults.get(CA.vaultUrl)?.versions(CA_NAME)) ?? [];
  await disableVersion(scene, { vault: VAULT, name: CA_NAME }, bad?.version ?? '');
  return { scene, good: good?.thumbprint ?? '', bad: bad?.thumbprint ?? '' };
}

describe('a version that is rolled back', () => {
  it('leaves the enrollments before a forced renewal puts the next one beside the version that devices have', async () => {
    const { scene, good, bad } = await rolledBack();
    await renew(scene.app, CA, 'forced', good);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { primary: uploadedEntry(scene), secondary: OLD } },
    });
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ reason: 'rolled-back', thumbprint: bad }]);
    await liveThrough(scene, 31);
    expect(await entryNames(scene)).toEqual(['old-root', uploadedEntry(scene)].sort());
    expect(scene.violations()).toEqual([]);
  });

  it('never stands in for the version that devices went back to, where a DPS was away meanwhile', async () => {
    const { scene, good } = await rolledBack(2);
    scene.setState('dps-1', 'Suspended');
    await renew(scene.app, CA, 'forced', good);
    scene.setState('dps-1', 'Active');
    expect(await operatorOf(scene, 'dps-2').references()).toMatchObject({
      'line-1': { caReferences: { primary: uploadedEntry(scene), secondary: OLD } },
    });
    // Of the 50 days that are left of it.
    await liveThrough(scene, 45);
    expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
    expect(eventsNamed(scene, 'scan_completed').at(-1)?.failures).toMatchObject([
      { message: expect.stringContaining('line-1') as unknown },
    ]);
    await liveThrough(scene, 20);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { primary: uploadedEntry(scene) } },
    });
  });
});
