import { beforeEach, describe, expect, it } from 'vitest';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { disableVersion } from '../support/by-hand.ts';
import { dpsByHand } from '../support/dps-by-hand.ts';
import { generationsOf } from '../support/fleet.ts';
import { CA_NAME, enrolled, later, naming, OLD, operatorOf, turn, uploadedEntry, VAULT } from '../support/moving.ts';
import { RemovalWatch } from '../support/removal-watch.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { watchMutations } from '../support/watch-mutations.ts';

// The watch over removals, told of what nobody should do: whatever befalls the app is held against it.

const OVERLAP_DAYS = 20;
const MINUTE_MS = 60_000;

let scene: Scene;
let watch: RemovalWatch;

/** A CA that has been renewed and moved a moment ago; its older version has 60 days left. */
async function renewed(retire: 'expired' | 'overlap' | 'never') {
  const wishes = { retire, overlap: parseDuration(`P${OVERLAP_DAYS}D`) };
  scene = await createScene(enrolled([{ enrollmentGroups: [naming('line-1')] }]), new Date('2030-01-01T00:00:00Z'), {
    wishes,
  });
  await turn(scene);
  watch = new RemovalWatch([scene.vault(VAULT)], wishes, () => scene.clock.now);
  watchMutations([scene.service('dps-1')], {
    enrollment: (dps, change) => watch.enrollmentChanged(dps, change),
    entry: (dps, change) => watch.entryChanged(dps, change),
  });
}

/** Has the group name these entries. */
async function name(primary: string, secondary?: string) {
  const caReferences = { primary, ...(secondary !== undefined && { secondary }) };
  await operatorOf(scene).edit('group', 'line-1', { attestation: { type: 'x509', x509: { caReferences } } });
}

async function deleteOld() {
  const hand = dpsByHand(scene, 'dps-1');
  const entry = (await hand.entries()).find((each) => each.name === OLD);
  if (entry) await hand.delete(entry);
}

const minutes = (count: number) => {
  scene.clock.now = new Date(scene.clock.now.getTime() + count * MINUTE_MS);
};

describe('with RETIRE=overlap', () => {
  beforeEach(() => renewed('overlap'));

  it('nothing goes before the overlap is over', async () => {
    later(scene, OVERLAP_DAYS - 1);
    await name(uploadedEntry(scene));
    await deleteOld();
    expect(watch.problems).toEqual([
      expect.stringContaining('group/line-1 of dps-1 has lost CN=Plant A, valid until 2030-03-02'),
      expect.stringContaining(`dps-1 has lost its entry '${OLD}', CN=Plant A`),
    ]);
  });

  it('the older version may go after it', async () => {
    later(scene, OVERLAP_DAYS + 1);
    await name(uploadedEntry(scene));
    await deleteOld();
    expect(watch.problems).toEqual([]);
  });

  it('an edit of an enrollment prolongs it', async () => {
    later(scene, OVERLAP_DAYS + 1);
    await operatorOf(scene).edit('group', 'line-1', { initialTwin: { tags: {} } });
    await name(uploadedEntry(scene));
    expect(watch.problems).toHaveLength(1);
  });

  it('the newest version stays', async () => {
    later(scene, OVERLAP_DAYS + 1);
    await name(OLD);
    expect(watch.problems).toHaveLength(1);
  });

  it('a version that was rolled back may go at once', async () => {
    await disableVersion(
      scene,
      { vault: VAULT, name: CA_NAME },
      generationsOf(scene, { vault: VAULT, name: CA_NAME }).at(-1)?.version ?? '',
    );
    await name(OLD);
    expect(watch.problems).toEqual([]);
  });

  it('a swap of slots removes nothing', async () => {
    await name(OLD, uploadedEntry(scene));
    expect(watch.problems).toEqual([]);
  });
});

describe('with RETIRE=expired', () => {
  beforeEach(() => renewed('expired'));

  it('an entry goes no sooner than an hour after its end', async () => {
    later(scene, 60);
    minutes(59);
    await deleteOld();
    expect(watch.problems).toHaveLength(1);
  });

  it('an entry may go an hour after its end', async () => {
    later(scene, 60);
    minutes(61);
    await deleteOld();
    expect(watch.problems).toEqual([]);
  });
});

describe.each(['expired', 'never'] as const)('with RETIRE=%s', (retire) => {
  beforeEach(() => renewed(retire));

  it.each([
    [9, 1],
    [11, 0],
  ])('the newest version takes the place of one that has expired %i minutes ago: %i problems', async (past, count) => {
    later(scene, 60);
    minutes(past);
    await name(uploadedEntry(scene));
    expect(watch.problems).toHaveLength(count);
  });
});
