import { describe, expect, it } from 'vitest';
import type { App } from '../../../shared/operations/app.ts';
import { plan } from '../../../shared/operations/plan.ts';
import { CA_NAME, entryNames, eventsNamed, later, naming, OLD, operatorOf, turn } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { afterOverlap, claim, clearStock, GROUP, record, register, restOf, WEBHOOK, WISHES } from './evidence-scene.ts';

describe('a life with RETIRE=unused', () => {
  it('keeps the older CA for one straggler, and lets it go once that has moved and the stock is cleared', async () => {
    const scene = await afterOverlap();
    for (const id of ['pump-1', 'pump-2']) await register(scene, id, 1);
    await register(scene, 'pump-3', 0);
    expect(await restOf(scene)).toEqual({
      lane: expect.any(String) as string,
      reason: 'devices-left',
      detail: '1 enrollment: line-1; devices: 2 moved, 1 old, 0 unknown (pump-3)',
    });
    later(scene, 1);
    await register(scene, 'pump-3', 1);
    expect(await restOf(scene)).toMatchObject({ reason: 'stock-not-cleared' });
    await clearStock(scene);
    expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
    await turn(scene);
    const evidence = { moved: 3, old: 0, unknown: 0 };
    expect(eventsNamed(scene, 'enrollment_moved').at(-1)).toMatchObject({ reason: 'devices-moved', evidence });
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([
      { entry: OLD, reason: 'devices-moved', evidence },
    ]);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });

  it('counts a device as old that came under the newer CA, and later under the older one again', async () => {
    const scene = await afterOverlap();
    await clearStock(scene);
    await register(scene, 'pump-1', 1);
    later(scene, 1);
    await register(scene, 'pump-1', 0);
    await turn(scene);
    expect(await restOf(scene)).toMatchObject({ reason: 'devices-left' });
    expect(await entryNames(scene)).toContain(OLD);
  });

  it('tells which device keeps it in the very run that lets go of it elsewhere', async () => {
    const scene = await afterOverlap([GROUP, { ...naming('line-2'), webhookUrl: WEBHOOK }]);
    await clearStock(scene);
    await register(scene, 'pump-1', 0);
    record(scene, 'pump-2', 'line-2');
    await claim(scene, 'pump-2', 1, { enrollment: 'line-2' });
    expect(await restOf(scene)).toMatchObject({
      reason: 'devices-left',
      detail: '1 enrollment: line-1; devices: 0 moved, 1 old, 0 unknown (pump-1)',
    });
    expect(eventsNamed(scene, 'enrollment_moved').at(-1)).toMatchObject({ enrollment: 'line-2', step: 'retire' });
  });

  it('tells the plan what it waits for', async () => {
    const scene = await afterOverlap();
    await register(scene, 'pump-1', 0);
    const { cas } = await plan(scene.app);
    const steps = cas.flatMap(({ next }) => next).filter(({ reason }) => reason === 'devices-left');
    expect(steps).toMatchObject([{ detail: expect.stringContaining('0 moved, 1 old, 0 unknown (pump-1)') as string }]);
  });
});

interface Hold {
  readonly groups?: Parameters<typeof afterOverlap>[0];
  readonly wishes?: Partial<App['wishes']>;
  readonly arrange: (scene: Scene) => Promise<void> | void;
  readonly detail: string;
}

const moved = (scene: Scene) => register(scene, 'pump-1', 1);

describe('an older CA whose stock is cleared stays', () => {
  it.each<[string, Hold]>([
    ['where no device has registered', { arrange: () => undefined, detail: 'no device has registered' }],
    [
      'for a device that DPS knows of and nobody has seen',
      {
        arrange: async (scene) => {
          await moved(scene);
          record(scene, 'pump-2');
        },
        detail: '1 moved, 0 old, 1 unknown (pump-2)',
      },
    ],
    [
      'where rows are of devices that never registered',
      { arrange: (scene) => claim(scene, 'pump-1', 1), detail: 'no device has registered' },
    ],
    [
      'where evidence came a day after the registration',
      {
        arrange: async (scene) => {
          record(scene, 'pump-1');
          later(scene, 1);
          await claim(scene, 'pump-1', 1);
        },
        detail: '0 moved, 0 old, 1 unknown (pump-1)',
      },
    ],
    [
      'where the device told of another webhook',
      {
        groups: [{ ...GROUP, webhookUrl: 'https://other.example/api/allocate' }],
        arrange: moved,
        detail: 'not attached',
      },
    ],
    [
      'where the setting names no webhook',
      { wishes: { ...WISHES, webhookUrl: undefined }, arrange: moved, detail: 'not attached' },
    ],
    ['where allocation is not custom', { groups: [naming('line-1')], arrange: moved, detail: 'not attached' }],
    [
      'where one of two groups has none that moved',
      { groups: [GROUP, { ...GROUP, id: 'line-2' }], arrange: moved, detail: 'no device has registered' },
    ],
    [
      'where registrations cannot be read',
      {
        arrange: async (scene) => {
          await moved(scene);
          scene.intercept = (_, path) => {
            if (path.includes('/registrations/')) throw new Error('connection lost');
          };
        },
        detail: "group 'line-1' could not be looked at: connection lost",
      },
    ],
  ])('%s', async (_, { groups, wishes, arrange, detail }) => {
    const scene = await afterOverlap(groups, wishes);
    await clearStock(scene);
    await arrange(scene);
    await turn(scene);
    const rest = await restOf(scene);
    expect(rest?.reason).toBe('evidence-unavailable');
    expect(rest?.detail).toContain(detail);
    expect(await entryNames(scene)).toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});

describe('right before the deletion of an entry', () => {
  it('devices are looked at once more, and one that came back under the older CA keeps it', async () => {
    const scene = await afterOverlap();
    await clearStock(scene);
    await moved(scene);
    scene.intercept = async (method, path) => {
      // Between the release of the reference and the deletion.
      if (method !== 'PUT' || !path.includes('/enrollmentGroups/')) return;
      scene.intercept = () => undefined;
      later(scene, 1);
      await register(scene, 'pump-1', 0);
    };
    await turn(scene);
    expect(eventsNamed(scene, 'enrollment_moved').at(-1)).toMatchObject({ step: 'retire' });
    expect(eventsNamed(scene, 'certificate_retired')).toEqual([]);
    expect(await restOf(scene)).toMatchObject({ reason: 'devices-left' });
    expect(await entryNames(scene)).toContain(OLD);
  });

  it('a group that was made since then and that no device has come to does not matter', async () => {
    const scene = await afterOverlap();
    await clearStock(scene);
    await moved(scene);
    const added = (await entryNames(scene)).find((name) => name.startsWith(CA_NAME)) ?? '';
    await operatorOf(scene).add('group', 'line-2', added);
    await operatorOf(scene).edit('group', 'line-2', {
      allocationPolicy: 'custom',
      customAllocationDefinition: { webhookUrl: WEBHOOK, apiVersion: '2021-10-01' },
    });
    await turn(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
  });
});

describe('with RETIRE=expired', () => {
  const EXPIRED = { ...WISHES, retire: 'expired' } as const;

  it('a device that registered under the older CA after its end keeps it, until it has moved', async () => {
    const scene = await afterOverlap([GROUP], EXPIRED);
    later(scene, 31);
    await register(scene, 'pump-1', 0);
    expect(await restOf(scene)).toMatchObject({ reason: 'devices-left' });
    expect(await entryNames(scene)).toContain(OLD);
    later(scene, 1);
    await register(scene, 'pump-1', 1);
    await turn(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
  });

  it.each<[string, (scene: Scene) => Promise<void>]>([
    ['came before its end', (scene) => register(scene, 'pump-1', 0)],
    ['never registered', async (scene) => later(scene, 31)],
  ])('a device that %s does not matter', async (_, arrange) => {
    const scene = await afterOverlap([GROUP], EXPIRED);
    await arrange(scene);
    later(scene, 31);
    await turn(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
  });

  it('it goes as ever where evidence cannot be read', async () => {
    const scene = await afterOverlap([GROUP], EXPIRED);
    later(scene, 31);
    await register(scene, 'pump-1', 0);
    const attestations = {
      record: async () => undefined,
      ofEnrollment: () => {
        throw new Error('storage is down');
      },
    };
    const app = { ...scene.app, ports: { ...scene.app.ports, attestations } };
    await turn(scene, app);
    expect(await entryNames(scene)).not.toContain(OLD);
  });
});
