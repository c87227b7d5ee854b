import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../../local/emulator/seed.ts';
import { decideOn } from '../../../../shared/operations/decide-on.ts';
import { deleteEntry } from '../../../../shared/operations/retire.ts';
import { observeWorld } from '../../../../shared/operations/world.ts';
import { disableVersion, sendToVault } from '../../../support/by-hand.ts';
import { generationsOf } from '../../../support/fleet.ts';
import { vaultUrl } from '../../../support/in-process-azure.ts';
import { entryNames, later, liveThrough, naming, RETIRE_AFTER_OVERLAP, turn } from '../../../support/moving.ts';
import { plantCa } from '../../../support/plant-ca.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const KEY = 'P-256' as const;
const ROOT = { vault: 'kv-pki', name: 'root' };
const INTERMEDIATE = { vault: ROOT.vault, name: 'intermediate' };
const OLD_ROOT = 'old-root';

/** A root of this name that is due and gets another key, an intermediate below it, and what groups embed. */
function rootNamed(subject: string, embedded: readonly (typeof ROOT)[] = [INTERMEDIATE]): SeedInput {
  return {
    version: 1,
    vaults: [
      {
        name: ROOT.vault,
        certificates: [
          { name: ROOT.name, subject, key: KEY, notBefore: '-P9Y', notAfter: 'P1Y' },
          {
            name: 'intermediate',
            subject: 'CN=Line 1',
            key: KEY,
            issuer: ROOT,
            notBefore: '-P100D',
            notAfter: 'P300D',
          },
        ],
      },
    ],
    provisioningServices: [
      {
        name: 'dps-1',
        certificates: [{ name: OLD_ROOT, certificate: ROOT, verified: true }],
        enrollmentGroups: [
          naming('by-root', OLD_ROOT),
          ...embedded.map((primary) => ({ id: `by-${primary.name}-itself`, signingCertificates: { primary } })),
        ],
      },
    ],
  };
}

const start = (seed: SeedInput) => createScene(seed, new Date(), { wishes: RETIRE_AFTER_OVERLAP });

async function disableOldest(scene: Scene): Promise<void> {
  const versions = await scene.app.ports.vaults.get(vaultUrl(ROOT.vault))?.versions(ROOT.name);
  await disableVersion(scene, ROOT, versions?.at(-1)?.version ?? '');
}

/** Lives on until nothing but the deletion of the old root's entry is left, and says what that rests on. */
async function untilDeletion(scene: Scene) {
  scene.intercept = (method) => {
    if (method === 'DELETE') throw new Error('connection lost');
  };
  const ca = { vaultUrl: vaultUrl(ROOT.vault), name: ROOT.name };
  for (let day = 0; day < 90; day += 1) {
    const { observed, steps } = await decideOn(scene.app, observeWorld(scene.app.ports), ca, scene.clock.now);
    for (const step of steps) {
      if (step.step === 'retire' && step.entry !== undefined) return { observed, step: { ...step, entry: step.entry } };
    }
    await turn(scene).catch(() => undefined);
    later(scene, 1);
  }
  throw new Error('the old root never goes');
}

describe('an older root that devices may be under by an intermediate', () => {
  it.each(['O=Contoso,OU=Factory', 'CN=Root,CN=Contoso'])(
    'stays while a group embeds one that no vault holds, its name being %s',
    async (subject) => {
      const scene = await start(rootNamed(subject));
      await sendToVault(scene, ROOT.vault, 'DELETE', '/certificates/intermediate');
      await liveThrough(scene, 90);
      expect(await entryNames(scene)).toContain(OLD_ROOT);
      expect(scene.violations()).toEqual([]);
    },
  );

  it('stays where somebody has disabled the older version, and the intermediate is still below it', async () => {
    const scene = await start(rootNamed('CN=Root', []));
    const tags = { paused: 'true' };
    await sendToVault(scene, ROOT.vault, 'PATCH', '/certificates/intermediate', { tags });
    await turn(scene);
    await disableOldest(scene);
    await liveThrough(scene, 60);
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });

  it('stays while a vault cannot be listed: a CA below it may be there', async () => {
    const seed = rootNamed('CN=Root', []);
    const scene = await start({ ...seed, vaults: [...seed.vaults, { name: 'kv-lines' }] });
    scene.intercept = (_, path) => {
      if (path.includes('kv-lines')) throw new Error('connection lost');
    };
    await liveThrough(scene, 90);
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    scene.intercept = () => undefined;
    await liveThrough(scene, 60);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });

  it('stays where Key Vault has put a version that is no CA on top of the intermediate, which is paused', async () => {
    const scene = await start(rootNamed('CN=Root', []));
    await sendToVault(scene, ROOT.vault, 'PATCH', '/certificates/intermediate', { tags: { paused: 'true' } });
    later(scene, 1);
    await plantCa(scene, { ...INTERMEDIATE, subject: 'CN=Line 1', ca: false, validity: [-0.01, 365] });
    await liveThrough(scene, 90);
    expect(await entryNames(scene)).toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });

  it('is not deleted where a CA has come below it since it was decided that it may go', async () => {
    const { vaults, ...seed } = rootNamed('CN=Root', []);
    const [root] = vaults[0]?.certificates ?? [];
    const scene = await start({ ...seed, vaults: [{ name: ROOT.vault, certificates: root ? [root] : [] }] });
    const oldKey = scene.vault(ROOT.vault).privateKeyOf(ROOT.name);
    const [old] = generationsOf(scene, ROOT);
    const { observed, step } = await untilDeletion(scene);
    await plantCa(scene, {
      ...INTERMEDIATE,
      subject: 'CN=Line 1',
      validity: [-1, 300],
      signer: { key: oldKey, ...(old && { certificate: old.der }) },
    });
    scene.intercept = () => undefined;
    const service = scene.app.ports.services.get(observed.services[0]?.id ?? '');
    if (service === undefined) throw new Error('no DPS');
    await expect(deleteEntry(scene.app.ports, observed, service, step)).rejects.toThrow(
      /^Below the entry 'old-root' there is intermediate$/,
    );
    expect(await entryNames(scene)).toContain(OLD_ROOT);
  });

  it('goes in its time where the group embeds the root itself, which is below nobody', async () => {
    const scene = await start(rootNamed('CN=Root', [ROOT]));
    await liveThrough(scene, 70);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });
});
