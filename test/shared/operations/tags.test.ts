import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { fleet, generationsOf, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { createScene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

/** The fleet, with tags on its subordinate CA. */
function tagged(tags: Record<string, string>, given: Parameters<typeof fleet>[0] = {}): SeedInput {
  const seed = fleet(given);
  return {
    ...seed,
    vaults: seed.vaults.map((vault) => ({
      ...vault,
      certificates: vault.certificates?.map((each) => (each.name === CA.name ? { ...each, tags } : each)) ?? [],
    })),
  };
}

describe('the tag', () => {
  it('paused=true keeps everything as it is, and is no refusal', async () => {
    const scene = await createScene(tagged({ paused: 'true' }));
    expect(await scan(scene.app)).toEqual([]);
    await renew(scene.app, CA, 'r1');
    expect(generationsOf(scene)).toHaveLength(1);
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ reason: 'paused' }, { reason: 'paused' }] });
    expect(scene.events.some(({ event }) => event === 'renewal_refused')).toBe(false);
  });

  it.each([
    ['P10D', []],
    ['P90D', [CA]],
    ['9%', [CA]],
    ['5%', []],
  ])('renew-before=%s counts instead of the setting', async (text, due) => {
    const scene = await createScene(tagged({ 'renew-before': text }));
    expect(await scan(scene.app)).toEqual(due);
  });

  it.each([
    [{ paused: 'maybe' }, 'tag paused'],
    [{ 'renew-before': 'soon' }, 'tag renew-before'],
    [{ 'renew-key': 'other' }, 'tag renew-key'],
    [{ issuer: 'fleet-root' }, 'tag issuer'],
    [{ dps: 'no such name!' }, 'tag dps'],
    [{ dps: 'dps-unknown' }, 'dps-unknown is not among'],
    [{ 'stock-cleared': '12' }, 'tag stock-cleared'],
  ])('%j refuses that CA alone, and says which tag', async (tags, text) => {
    const scene = await createScene(tagged(tags));
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.events).toMatchObject([
      { event: 'renewal_refused', ca: CA.name, reason: 'bad-tag', message: expect.stringContaining(text) },
      { event: 'scan_completed', managed: 1, refused: 1 },
    ]);
  });

  it.each(['*', 'dps-2', 'DPS-2, dps-1'])('dps=%s registers the CA where it is not yet, due or not', async (dps) => {
    const seed = tagged({ dps, 'renew-before': 'P1D' }, { services: 2 });
    const second = seed.provisioningServices[1];
    if (second) second.certificates = [];
    const scene = await createScene(seed);
    expect(await scan(scene.app)).toEqual([CA]);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.flatMap((event) => ('step' in event ? event.step : []))).toEqual(['upload', 'prove']);
    expect(await scene.entries('dps-2')).toMatchObject([{ isVerified: true }]);
    expect(scene.events).toContainEqual(
      expect.objectContaining({ event: 'possession_proven', dps: dpsId('dps-2').id }),
    );
  });

  it('issuer=external asks for a key and waits; whoever merges, the DPS lanes go on from there', async () => {
    const scene = await createScene(tagged({ issuer: 'external' }));
    await renew(scene.app, CA, 'r1');
    const requested = scene.events.find(({ event }) => event === 'certificate_requested');
    expect(requested).toMatchObject({ csr: expect.stringMatching(/^MI/) });
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ reason: 'external-signature' }, { reason: 'settled' }] });
    expect(scene.calls.filter(({ path }) => path.endsWith('/sign'))).toEqual([]);
    await renew(scene.app, CA, 'r2');
    expect(scene.calls.filter(({ path }) => path.endsWith('/create'))).toHaveLength(1);
    // Somebody else signs and merges: here the same app without the tag, which finds the issuer.
    const [version] = generationsOf(scene).map((each) => each.version);
    await scene.app.ports.vaults.get(CA.vaultUrl)?.setTags(CA.name, version ?? '', { owner: 'plant-a' });
    await renew(scene.app, CA, 'r3');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });
});

describe('a newest version that is disabled in the vault', () => {
  it('is rolled back: its entry goes, and nothing is asked for anew while that lasts', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, CA, 'r1');
    const newest = generationsOf(scene).at(-1);
    await scene.app.ports.vaults.get(CA.vaultUrl)?.disable(CA.name, newest?.version ?? '');
    scene.events.length = 0;
    expect(await scan(scene.app)).toEqual([CA]);
    await renew(scene.app, CA, 'r2');
    expect(scene.events.slice(1)).toMatchObject([
      { event: 'certificate_retired', reason: 'rolled-back', entry: expect.stringMatching(/^plant-a-ca-/) },
      { event: 'renewal_settled', waits: [{ reason: 'rolled-back' }, { reason: 'settled' }] },
    ]);
    expect((await scene.entries('dps-1')).map(({ name }) => name)).toEqual(['PlantA']);
    expect(await scan(scene.app)).toEqual([]);
    expect(generationsOf(scene)).toHaveLength(2);
  });
});
