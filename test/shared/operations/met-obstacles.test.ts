import { describe, expect, it } from 'vitest';
import { Refused } from '../../../shared/errors.ts';
import { abandon } from '../../../shared/operations/abandon.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { fleet } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { FRESH, PLANT_A_CA, plantA } from '../../support/planned-scene.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { snapshotIn } from '../../support/snapshot-in.ts';

const DPS_1 = dpsId('dps-1').id;
const HOUR = 3_600_000;

/** What the page says of the CA: the verdict, and whatever is in its way. */
async function shown(scene: Scene) {
  const { verdict, obstacles } = await snapshotIn(scene);
  return {
    verdict,
    obstacles: obstacles.map(({ severity, reason, dps }) => `${severity} ${reason} ${dps ?? 'vault'}`),
  };
}

const failing = (end: string, error: Error) => (method: string, path: string) => {
  if (method === 'POST' && path.endsWith(end)) throw error;
};
const DENIED = new Refused('forbidden', 'Cannot verify: no permission to verify');

describe('what a renewal has met', () => {
  it('stands on the page until it has succeeded, whatever scans see meanwhile', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    scene.intercept = failing('/verify', DENIED);
    await renew(scene.app, PLANT_A_CA, 'r1');
    const denied = { verdict: 'attention', obstacles: [`attention forbidden ${DPS_1}`] };
    expect(await shown(scene)).toEqual(denied);
    const [met] = (await snapshotIn(scene)).obstacles;
    expect(met).toMatchObject({
      ca: PLANT_A_CA,
      metAt: scene.clock.now,
      message: expect.stringContaining('no permission'),
    });

    for (let hours = 0; hours < 3; hours += 1) {
      scene.clock.now = new Date(scene.clock.now.getTime() + HOUR);
      expect(await scan(scene.app)).toEqual([PLANT_A_CA]);
      expect(await shown(scene)).toEqual(denied);
    }
    await renew(scene.app, PLANT_A_CA, 'r2');
    expect(await shown(scene)).toEqual(denied);
    expect((await snapshotIn(scene)).obstacles[0]?.metAt).toEqual(scene.clock.now);

    scene.intercept = () => undefined;
    await renew(scene.app, PLANT_A_CA, 'r3');
    expect(await shown(scene)).toEqual({ verdict: 'nothing-due', obstacles: [] });
  });

  it('goes with a scan that finds nothing due any more: somebody has done it by hand', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    scene.intercept = failing('/verify', DENIED);
    await renew(scene.app, PLANT_A_CA, 'r1');
    scene.intercept = () => undefined;
    await renew(
      { ...scene.app, ports: { ...scene.app.ports, documents: (await createScene()).app.ports.documents } },
      PLANT_A_CA,
      'r2',
    );
    expect((await shown(scene)).verdict).toBe('attention');
    await scan(scene.app);
    expect(await shown(scene)).toEqual({ verdict: 'nothing-due', obstacles: [] });
  });

  it.each(['/create', '/verify'])('and will be tried again is a note, with its cause: %s', async (call) => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    scene.intercept = failing(call, new Error('connection lost'));
    await expect(renew(scene.app, PLANT_A_CA, 'r1')).rejects.toThrow('connection lost');
    const where = call === '/verify' ? DPS_1 : 'vault';
    expect(await shown(scene)).toEqual({ verdict: 'due', obstacles: [`note renewal-failed ${where}`] });
    expect((await snapshotIn(scene)).obstacles[0]?.message).toContain('connection lost');
  });

  it('where nothing could be read at all is a note as well; the renewal is not over', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    scene.intercept = () => {
      throw new Error('connection lost');
    };
    for (const id of ['r1', 'r1']) await expect(renew(scene.app, PLANT_A_CA, id)).rejects.toThrow('connection lost');
    const { cas, verdict, obstacles } = await snapshotIn(scene);
    expect({ verdict, reasons: obstacles.map(({ reason }) => reason) }).toEqual({
      verdict: 'due',
      reasons: ['renewal-failed'],
    });
    expect(cas.map(({ renewedAt }) => renewedAt)).toEqual(cas.map(() => undefined));
  });

  it('before it could decide anything ends it: the CA was refused as a whole', async () => {
    const scene = await createScene(plantA({ tags: { 'renew-before': 'soon' } }));
    await scan(scene.app);
    await renew(scene.app, PLANT_A_CA, 'r1');
    const { cas, obstacles } = await snapshotIn(scene);
    expect(cas[0]?.renewedAt).toEqual(scene.clock.now);
    expect(new Set(obstacles.map(({ reason }) => reason))).toEqual(new Set(['bad-tag']));
    await scan(scene.app);
    expect((await snapshotIn(scene)).obstacles).toMatchObject([{ reason: 'bad-tag' }]);
  });
});

describe('what somebody has asked for', () => {
  const forcedScene = async () => {
    const scene = await createScene(plantA(FRESH));
    await scan(scene.app);
    const forced = (await snapshotIn(scene)).cas[0]?.generations[0]?.thumbprint ?? '';
    scene.intercept = failing('/create', new Refused('forbidden', 'no permission to create'));
    await renew(scene.app, PLANT_A_CA, 'r1', forced);
    return { scene, forced };
  };
  const daysLater = async (scene: Scene, days: number) => {
    scene.clock.now = new Date(scene.clock.now.getTime() + days * 24 * HOUR);
    await scan(scene.app);
  };

  it('and was refused stands on the page though no scan would do it, for a week', async () => {
    const { scene, forced } = await forcedScene();
    await scan(scene.app);
    expect((await shown(scene)).obstacles).toEqual(['attention forbidden vault']);
    expect((await snapshotIn(scene)).obstacles[0]?.forced).toBe(forced);
    await daysLater(scene, 6);
    expect((await shown(scene)).obstacles).toEqual(['attention forbidden vault']);
    await daysLater(scene, 2);
    expect((await shown(scene)).obstacles).toEqual([]);
  });

  it('stands there no longer than until the generation has been replaced', async () => {
    const { scene, forced } = await forcedScene();
    scene.intercept = () => undefined;
    const elsewhere = (await createScene()).app.ports.documents;
    await renew({ ...scene.app, ports: { ...scene.app.ports, documents: elsewhere } }, PLANT_A_CA, 'r2', forced);
    await scan(scene.app);
    expect((await shown(scene)).obstacles).toEqual([]);
  });
});

describe('a renewal that was given up', () => {
  it('stands on the page and in its history, beside what failed last', async () => {
    const scene = await createScene(fleet());
    const { documents, emit, now } = scene.app.ports;
    await scan(scene.app);
    scene.intercept = failing('/create', new Error('connection lost'));
    await expect(renew(scene.app, PLANT_A_CA, 'r1')).rejects.toThrow('connection lost');
    await abandon({ emit, now }, async () => documents, PLANT_A_CA);
    const given = ['attention renewal-abandoned vault', 'note renewal-failed vault'];
    expect((await shown(scene)).obstacles).toEqual(given);
    const { history, cas } = await snapshotIn(scene);
    expect(history).toMatchObject([{ event: 'renewal_abandoned', ca: PLANT_A_CA.name }]);
    expect(cas[0]?.renewedAt).toEqual(scene.clock.now);
    await scan(scene.app);
    expect((await shown(scene)).obstacles).toEqual(given);
    // The scan's message fails as the one before it did, and is given up as well.
    await expect(renew(scene.app, PLANT_A_CA, 'r2')).rejects.toThrow('connection lost');
    expect((await shown(scene)).obstacles).toEqual(given);
    await abandon({ emit, now }, async () => documents, PLANT_A_CA);
    expect((await snapshotIn(scene)).history).toHaveLength(1);
    scene.clock.now = new Date(scene.clock.now.getTime() + 23 * HOUR);
    await abandon({ emit, now }, async () => documents, PLANT_A_CA);
    expect((await snapshotIn(scene)).history).toHaveLength(2);
    scene.intercept = () => undefined;
    await renew(scene.app, PLANT_A_CA, 'r3');
    expect((await shown(scene)).obstacles).toEqual([]);
  });

  it.each(['hello', { vaultUrl: 'https://kv-nowhere.vault.azure.net', name: 'nobody' }])(
    'is said where its message names no CA that is known, and leaves nothing: %j',
    async (message) => {
      const scene = await createScene(fleet());
      const { documents, emit, now } = scene.app.ports;
      await scan(scene.app);
      const before = await snapshotIn(scene);
      await abandon({ emit, now }, async () => documents, message);
      const { history, ...after } = await snapshotIn(scene);
      expect(after).toEqual({ ...before, history: undefined });
      expect(history).toEqual([]);
      expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_abandoned' });
    },
  );
});
