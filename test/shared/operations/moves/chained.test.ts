import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../../local/emulator/seed.ts';
import { renew } from '../../../../shared/operations/renew.ts';
import { sendToVault } from '../../../support/by-hand.ts';
import { vaultUrl } from '../../../support/in-process-azure.ts';
import {
  CA,
  enrolled,
  entryNames,
  eventsNamed,
  later,
  liveThrough,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const KEY = 'P-256' as const;
const ROOT = { vault: 'kv-pki', name: 'root' };
const ROOT_CA = { vaultUrl: vaultUrl(ROOT.vault), name: ROOT.name };
const OLD_ROOT = 'old-root';

/**
 * A root that is due and named by a group, and an intermediate below it, with 300 of 400 days left, that a group of the
 * same DPS embeds. The DPS has no entry of the intermediate.
 */
function rootAndIntermediate(reuseKey: boolean): SeedInput {
  const issuer = ROOT;
  const intermediate = { vault: ROOT.vault, name: 'intermediate' };
  return {
    version: 1,
    vaults: [
      {
        name: ROOT.vault,
        certificates: [
          { name: 'root', subject: 'CN=Root, O=Contoso', key: KEY, notBefore: '-P9Y', notAfter: 'P1Y', reuseKey },
          { name: 'intermediate', subject: 'CN=Line 1', key: KEY, issuer, notBefore: '-P100D', notAfter: 'P300D' },
        ],
      },
    ],
    provisioningServices: [
      {
        name: 'dps-1',
        certificates: [{ name: OLD_ROOT, certificate: ROOT, verified: true }],
        enrollmentGroups: [
          naming('by-root', OLD_ROOT),
          { id: 'line-1', signingCertificates: { primary: intermediate } },
        ],
      },
    ],
  };
}

const start = (seed: SeedInput) => createScene(seed, new Date(), { wishes: RETIRE_AFTER_OVERLAP });

async function waitsOf(scene: Scene, ca = ROOT_CA) {
  await renew(scene.app, ca, 'look');
  const settled = eventsNamed(scene, 'renewal_settled').at(-1);
  return settled?.waits.filter(({ lane }) => lane !== 'vault');
}

function tag(scene: Scene, name: string, tags: Record<string, string>) {
  return sendToVault(scene, ROOT.vault, 'PATCH', `/certificates/${name}`, { tags });
}

describe('an older root with another key', () => {
  it('stays while a subordinate in a vault that has not been replaced chains to it', async () => {
    const scene = await start(rootAndIntermediate(false));
    await tag(scene, 'intermediate', { paused: 'true' });
    await liveThrough(scene, 60);
    expect(await waitsOf(scene)).toMatchObject([
      { reason: 'subordinate-chains', detail: expect.stringContaining('by-root') as unknown },
    ]);
    expect(await entryNames(scene)).toHaveLength(2);
    expect((await operatorOf(scene).references())['by-root']).toMatchObject({ caReferences: { secondary: OLD_ROOT } });

    await tag(scene, 'intermediate', {});
    await liveThrough(scene, 1);
    expect(eventsNamed(scene, 'certificate_issued').at(-1)).toMatchObject({ ca: 'intermediate' });
    // The group that embeds it still has the old intermediate beside the new one.
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    await liveThrough(scene, 32);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });

  it.each([
    [
      'until the group is gone',
      async (scene: Scene) => {
        await operatorOf(scene).remove('group', 'line-1');
        await liveThrough(scene, 1);
      },
      [],
    ],
    [
      'until the intermediate has expired',
      (scene: Scene) => liveThrough(scene, 300 - 90),
      // The observer does not ask whether devices under an expired certificate still enroll: nobody has seen it.
      [
        expect.objectContaining({
          message: expect.stringMatching(/^group\/line-1: lost the last verified CA/) as unknown,
        }),
      ],
    ],
  ])('stays while a group embeds an intermediate that no vault holds: %s', async (_when, free, violations) => {
    const scene = await start(rootAndIntermediate(false));
    await sendToVault(scene, ROOT.vault, 'DELETE', '/certificates/intermediate');
    await liveThrough(scene, 90);
    expect(await waitsOf(scene)).toMatchObject([{ reason: 'subordinate-chains' }]);
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    expect((await operatorOf(scene).references())['by-root']).toMatchObject({ caReferences: { secondary: OLD_ROOT } });
    await free(scene);
    await liveThrough(scene, 1);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual(violations);
  });

  it('stays while it cannot be told what a CA of its name as issuer chains to', async () => {
    const scene = await start(rootAndIntermediate(false));
    await turn(scene);
    later(scene, 60);
    // The intermediate has been renewed and let go of; its versions are what cannot be read.
    scene.intercept = (_method, path) => {
      if (/certificates\/intermediate/.test(path)) throw new Error('connection lost');
    };
    await turn(scene).catch(() => undefined);
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    scene.intercept = () => undefined;
    await liveThrough(scene, 32);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });
});

describe('an older root with the same key', () => {
  it('goes once its overlap is over: whatever chains to it chains to the newest as well', async () => {
    const scene = await start(rootAndIntermediate(true));
    await liveThrough(scene, 32);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(eventsNamed(scene, 'certificate_issued')).toMatchObject([{ ca: 'root' }]);
    expect(scene.violations()).toEqual([]);
  });
});

describe('RETIRE=unused, before there is any evidence', () => {
  it('waits for the overlap, then for evidence, and goes an hour after the expiry that suffices', async () => {
    const wishes = { ...RETIRE_AFTER_OVERLAP, retire: 'unused' } as const;
    const scene = await createScene(enrolled([{ enrollmentGroups: [naming('line-1')] }]), new Date(), { wishes });
    await turn(scene);
    expect(await waitsOf(scene, CA)).toMatchObject([{ reason: 'overlap-running' }]);
    later(scene, 31);
    expect(await waitsOf(scene, CA)).toMatchObject([{ reason: 'evidence-unavailable' }]);
    // Of 60 days.
    later(scene, 29);
    await turn(scene);
    expect(await waitsOf(scene, CA)).toMatchObject([{ reason: 'evidence-unavailable' }]);
    expect(await entryNames(scene)).toContain(OLD);
    later(scene, 1 / 20);
    await turn(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ entry: OLD, reason: 'older-expired' }]);
    expect(scene.violations()).toEqual([]);
  });
});
