import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Retire } from '../../../../shared/lifecycle/ca-tags.ts';
import { renewByHand } from '../../../support/by-hand.ts';
import { withDps } from '../../../support/changed-seed.ts';
import { fleet, generationsOf } from '../../../support/fleet.ts';
import { entryNames, liveThrough, operatorOf, turn, uploadedEntry } from '../../../support/moving.ts';
import { planOf } from '../../../support/planned-scene.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const SEED = withDps(fleet(), 'dps-1', () => ({
  enrollmentGroups: [{ id: 'line-1', caReferences: { primary: 'PlantA' } }],
}));
const MINUTE_MS = 60_000;

/** The group holds two versions that end in the same second, as those do that one issuer's end has capped; a third waits. */
async function crowded(retire: Retire): Promise<{ scene: Scene; second: string; third: string; end: Date }> {
  const scene = await createScene(SEED, new Date(), { wishes: { retire } });
  await renewByHand(scene, { validity: [-0.01, 60] });
  await turn(scene);
  const second = uploadedEntry(scene);
  expect((await operatorOf(scene).references())['line-1']).toMatchObject({
    caReferences: { primary: second, secondary: 'PlantA' },
  });
  await liveThrough(scene, 59);
  const ends = generationsOf(scene).map(({ der }) => new X509Certificate(der).validToDate);
  expect(ends).toHaveLength(3);
  expect(ends[1]).toEqual(ends[0]);
  return { scene, second, third: uploadedEntry(scene), end: ends[0] ?? new Date(0) };
}

describe('two versions of one end in an enrollment', () => {
  it.each(['expired', 'never'] as const)(
    'make room for the third at the first scan after it: RETIRE=%s',
    async (retire) => {
      const { scene, second, third, end } = await crowded(retire);
      const { cas } = await planOf(scene);
      expect(cas.flatMap(({ next }) => next)).toContainEqual(
        expect.objectContaining({
          reason: 'older-generation-in-use',
          at: new Date(end.getTime() + 10 * MINUTE_MS),
        }),
      );
      const at = async (minutes: number) => {
        scene.clock.now = new Date(end.getTime() + minutes * MINUTE_MS + 1);
        await turn(scene);
        return (await operatorOf(scene).references())['line-1'];
      };
      expect(await at(9)).toMatchObject({ caReferences: { primary: second, secondary: 'PlantA' } });
      expect(await at(10)).toMatchObject({ caReferences: { primary: third, secondary: second } });
      expect(await entryNames(scene)).toContain('PlantA');
      expect(scene.violations()).toEqual([]);
    },
  );
});
