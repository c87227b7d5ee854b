import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { counted } from '../../support/counts.ts';
import { fleet, generationsOf, PLANT_A, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { interleave } from '../../support/interleave.ts';
import { isWrite } from '../../support/is-write.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: PLANT_A.name };
const mutations = (scene: Scene) => scene.calls.filter(isWrite);
/** So many days and milliseconds after the scene's clock, as an event says it: certificates tell time to the second. */
const daysLater = ({ clock }: Scene, days: number, more: number) =>
  new Date(Math.floor((clock.now.getTime() + days * 86_400_000 + more) / 1000) * 1000).toISOString();
const eventsOf = (scene: Scene) => scene.events.map(({ event }) => event);

describe('renew', () => {
  it('requests, issues, uploads and proves, each said with its reason, in that order', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
    expect(scene.events.map((event) => [event.event, 'reason' in event ? event.reason : undefined])).toEqual([
      ['certificate_requested', 'window-open'],
      ['certificate_issued', 'request-pending'],
      ['certificate_uploaded', 'entry-missing'],
      ['possession_proven', 'entry-unverified'],
      ['certificate_trusted', undefined],
      ['renewal_settled', undefined],
    ]);
    // That a generation is trusted is a fact about the CA, whichever renewal has brought it about.
    const ofRenewal = scene.events.filter(({ event }) => event !== 'certificate_trusted');
    expect(ofRenewal.every((event) => 'renewalId' in event && event.renewalId === 'r1')).toBe(true);
    expect(scene.events.at(-1)).toMatchObject({
      waits: [
        { lane: 'vault', reason: 'not-due' },
        // 60 days are left of the old one, and an hour is waited after that.
        { reason: 'older-unexpired', until: daysLater(scene, 60, 3_600_000), detail: "entry 'PlantA'" },
      ],
    });
  });

  it('writes exactly what a renewal needs, never isVerified, and reads no secret', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, CA, 'r1');
    const writes = mutations(scene).map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`);
    const name = (await scene.entries('dps-1')).at(-1)?.name;
    expect(writes).toEqual([
      'POST plant-a-ca/create',
      expect.stringMatching(/^POST [0-9a-f]{32}\/sign$/),
      'POST pending/merge',
      `PUT certificates/${name}`,
      `POST ${name}/generateVerificationCode`,
      expect.stringMatching(/^POST [0-9a-f]{32}\/sign$/),
      `POST ${name}/verify`,
    ]);
    expect(JSON.stringify(scene.calls)).not.toContain('isVerified');
    expect(scene.calls.filter(({ path }) => path.includes('/secrets'))).toEqual([]);
  });

  it('keeps the tags of the CA', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, CA, 'r1');
    const current = await scene.app.ports.vaults.get(CA.vaultUrl)?.current(CA.name);
    expect(current?.content?.tags).toEqual({ owner: 'plant-a' });
    expect(current?.keyPolicy.exportable).toBe(false);
  });

  it('uploads to every DPS that holds the CA', async () => {
    const scene = await createScene(fleet({ services: 3 }));
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene, 3)).toEqual(renewedOnce(3));
  });

  it('does nothing the second time, and says so', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, CA, 'r1');
    scene.calls.length = 0;
    await renew(scene.app, CA, 'r2');
    expect(mutations(scene)).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', renewalId: 'r2', steps: [] });
    expect(await scan(scene.app)).toEqual([]);
  });

  it('writes nothing under MODE=plan, and says what it would do', async () => {
    const scene = await createScene(fleet());
    const app = { ...scene.app, mode: 'plan' as const };
    expect(await scan(app)).toEqual([]);
    await renew(app, CA, 'r1');
    expect(mutations(scene)).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({
      waits: [{ lane: 'vault', reason: 'plan-mode' }, { reason: 'settled' }],
    });
  });

  it('renews again and again, a generation for every window, with a clock of ten years', async () => {
    const scene = await createScene(fleet());
    const start = scene.clock.now.getTime();
    for (let day = 0; day < 3650; day += 7) {
      scene.clock.now = new Date(start + day * 86_400_000);
      for (const ca of await scan(scene.app)) await renew(scene.app, ca, `day ${day}`);
    }
    // Generations of 730 days, renewed with 146 left: after 0, 584, 1168, … days.
    expect(generationsOf(scene)).toHaveLength(1 + 7);
    expect(eventsOf(scene)).not.toContain('renewal_refused');
  });
});

describe('ten copies of one message', () => {
  it.each(Array.from({ length: counted(10, 200) }, (_, seed) => seed))(
    'make one new generation (interleaving %i)',
    async (seed) => {
      const scene = await createScene(fleet());
      interleave(scene, seed);
      const copies = Array.from({ length: 10 }, (_, copy) => renew(scene.app, CA, `copy ${copy}`));
      const ends = await Promise.allSettled(copies);
      // A copy that met others too often fails, and is delivered again.
      for (const [copy, end] of ends.entries())
        if (end.status === 'rejected') await renew(scene.app, CA, `copy ${copy}`);
      expect(await renewalOutcome(scene)).toEqual(renewedOnce());
    },
  );
});
