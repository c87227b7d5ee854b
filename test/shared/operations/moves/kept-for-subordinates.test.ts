import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../../local/emulator/seed.ts';
import { disableVersion, sendToVault } from '../../../support/by-hand.ts';
import { vaultUrl } from '../../../support/in-process-azure.ts';
import { entryNames, liveThrough, naming, RETIRE_AFTER_OVERLAP, turn } from '../../../support/moving.ts';
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

  it('goes in its time where the group embeds the root itself, which is below nobody', async () => {
    const scene = await start(rootNamed('CN=Root', [ROOT]));
    await liveThrough(scene, 70);
    expect(await entryNames(scene)).not.toContain(OLD_ROOT);
    expect(scene.violations()).toEqual([]);
  });
});
