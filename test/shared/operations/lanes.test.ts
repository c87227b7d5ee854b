import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { ServiceError } from '../../../local/emulator/service.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { withEntries } from '../../support/changed-seed.ts';
import { fleet, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// Each lane stops for itself: what befalls one never keeps the others from their end.

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
const [DPS_1, DPS_2] = [dpsId('dps-1').id, dpsId('dps-2').id];
/** What a DPS of a finished renewal holds. */
const [RENEWED] = renewedOnce().entries;

function fail(scene: Scene, method: string, part: string, error: () => Error): void {
  scene.intercept = (called, path) => {
    if (called === method && path.includes(part)) throw error();
  };
}

const refusedWith = (status: number, message: string) => () => new ServiceError(message, { status });
const lost = () => new Error('connection lost');

/** The fleet with an entry that nobody has proved yet. */
function unproven(): SeedInput {
  const seed = fleet();
  const [dps] = seed.provisioningServices;
  const [entry] = dps?.certificates ?? [];
  if (!dps || !entry) throw new Error('no entry in the fleet');
  return { ...seed, provisioningServices: [{ ...dps, certificates: [{ ...entry, verified: false }] }] };
}

describe('the lane of one DPS of two', () => {
  it('that is forbidden is said, with its DPS; the other one comes to its end', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    fail(scene, 'PUT', `${DPS_1}/`, refusedWith(403, 'no permission to write'));
    await renew(scene.app, CA, 'r1');
    expect(scene.events.filter(({ event }) => !event.startsWith('certificate_'))).toMatchObject([
      { event: 'possession_proven', dps: DPS_2 },
      {
        event: 'renewal_refused',
        renewalId: 'r1',
        ca: 'plant-a-ca',
        dps: DPS_1,
        reason: 'forbidden',
        message: expect.stringContaining('no permission to write'),
      },
    ]);
    expect((await renewalOutcome(scene, 2)).entries[1]).toEqual(RENEWED);
  });

  it('that fails for now leaves the other one going; then the message fails, with what the lane says', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    fail(scene, 'PUT', `${DPS_1}/`, lost);
    await expect(renew(scene.app, CA, 'r1')).rejects.toThrow(/Cannot renew 'plant-a-ca' fully: .*connection lost/);
    expect((await renewalOutcome(scene, 2)).entries[1]).toEqual(RENEWED);
    expect(scene.events.map(({ event }) => event)).not.toContain('renewal_settled');
  });

  it('that conflicts for ever does not starve the other one; it gives up, with the words of the service', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    let puts = 0;
    fail(scene, 'PUT', `${DPS_1}/`, () => {
      puts += 1;
      // Lest a renewal that never gives up keep the test from its end.
      return puts > 20 ? lost() : refusedWith(409, 'DPS-1 is in transition to another tier')();
    });
    await expect(renew(scene.app, CA, 'r1')).rejects.toThrow('DPS-1 is in transition to another tier');
    expect((await renewalOutcome(scene, 2)).entries[1]).toEqual(RENEWED);
    expect(puts).toBeGreaterThan(1);
    expect(puts).toBeLessThan(10);
    expect(scene.calls.length).toBeLessThan(120);
  });

  it('that cannot be read waits, and says so; the other one comes to its end', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    fail(scene, 'GET', `${DPS_1}/certificates`, lost);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({
      event: 'renewal_settled',
      waits: [
        { lane: 'vault', reason: 'not-due' },
        { lane: DPS_1, reason: 'service-unreadable', detail: expect.stringContaining('connection lost') },
        { lane: DPS_2, reason: 'older-unexpired' },
      ],
    });
  });
});

describe('when no DPS at all can be read', () => {
  it('the message fails, and is delivered again: what is unknown is not unmanaged', async () => {
    const scene = await createScene(fleet({ services: 2 }));
    fail(scene, 'GET', '/provisioningServices/', lost);
    await expect(renew(scene.app, CA, 'r1')).rejects.toThrow(
      /Cannot tell which DPS holds 'plant-a-ca'.*connection lost/,
    );
    expect(scene.events).toEqual([]);
  });
});

describe('the vault lane', () => {
  it('that is forbidden is said, without a DPS; an unverified entry is proved all the same', async () => {
    const scene = await createScene(unproven());
    fail(scene, 'POST', '/create', refusedWith(403, 'no permission to create'));
    await renew(scene.app, CA, 'r1');
    const [proven, refused, ...more] = scene.events;
    expect([proven, refused]).toMatchObject([
      { event: 'possession_proven', dps: DPS_1, entry: 'PlantA' },
      { event: 'renewal_refused', reason: 'forbidden', message: expect.stringContaining('no permission to create') },
    ]);
    expect(refused).not.toHaveProperty('dps');
    expect(more).toEqual([]);
  });

  it('waits while the pending request cannot be read; an unverified entry is proved all the same', async () => {
    const scene = await createScene(unproven());
    fail(scene, 'GET', '/certificates/plant-a-ca/pending', lost);
    await renew(scene.app, CA, 'r1');
    expect(scene.events).toMatchObject([
      { event: 'possession_proven', dps: DPS_1, entry: 'PlantA' },
      {
        event: 'renewal_settled',
        steps: ['prove'],
        waits: [
          { lane: 'vault', reason: 'vault-unreadable', detail: expect.stringContaining('connection lost') },
          { lane: DPS_1, reason: 'settled' },
        ],
      },
    ]);
  });
});

const creates = (scene: Scene) => scene.calls.filter(({ path }) => path.endsWith('/create'));
/** The reason that one DPS's lane has ended with, in a wait or a refusal. */
const reasonsOf = (scene: Scene, dps: string) =>
  scene.events.flatMap((event) => {
    if (event.event === 'renewal_refused') return event.dps === dps ? event.reason : [];
    return 'waits' in event ? event.waits.flatMap(({ lane, reason }) => (lane === dps ? reason : [])) : [];
  });

describe('one DPS of three', () => {
  it.each<[what: string, seed: SeedInput, befall: (scene: Scene) => void, reason: string]>([
    [
      'that is not Active',
      fleet({ services: 3 }),
      (scene) => scene.setState('dps-1', 'Suspended'),
      'service-not-active',
    ],
    ['with 25 of 25 CAs', withEntries(fleet({ services: 3 }), 'dps-1', 25), () => undefined, 'no-free-slot'],
    [
      'that cannot be reached',
      fleet({ services: 3 }),
      (scene) => fail(scene, 'GET', DPS_1, lost),
      'service-unreadable',
    ],
    [
      'that may not be read',
      fleet({ services: 3 }),
      (scene) => fail(scene, 'GET', DPS_1, refusedWith(403, 'no permission to read')),
      'service-unreadable',
    ],
    [
      'that may not be written',
      fleet({ services: 3 }),
      (scene) => fail(scene, 'PUT', `${DPS_1}/`, refusedWith(403, 'no permission to write')),
      'forbidden',
    ],
    [
      'that may not be proved to',
      fleet({ services: 3 }),
      (scene) => fail(scene, 'POST', `${DPS_1}/`, refusedWith(403, 'no permission to verify')),
      'forbidden',
    ],
  ])('%s holds up neither the vault nor the others, and says why', async (_, seed, befall, reason) => {
    const scene = await createScene(seed);
    befall(scene);
    const held = await scene.entries('dps-1');
    await renew(scene.app, CA, 'r1');
    expect(reasonsOf(scene, DPS_1)).toEqual([reason]);
    scene.intercept = () => undefined;
    const { generations, pending } = await renewalOutcome(scene);
    expect({ generations, pending }).toEqual({ generations: [true, true], pending: undefined });
    expect(creates(scene)).toHaveLength(1);
    for (const dps of ['dps-2', 'dps-3']) {
      expect((await scene.entries(dps)).map(({ isVerified }) => isVerified)).toEqual([true, true]);
    }
    const verified = (await scene.entries('dps-1')).filter(({ isVerified }) => isVerified);
    expect(verified.map(({ name }) => name)).toEqual(held.map(({ name }) => name));
  });

  it('with 24 of 25 CAs has room for the one that is needed', async () => {
    const scene = await createScene(withEntries(fleet({ services: 3 }), 'dps-1', 24));
    await renew(scene.app, CA, 'r1');
    expect(reasonsOf(scene, DPS_1)).toEqual(['older-unexpired']);
    expect(await scene.entries('dps-1')).toHaveLength(25);
  });
});
