import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { publishedWeights } from '../../../shared/allocation/published-hubs.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { fleet } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const DOCUMENT = 'hubs.json';
const hubs = (name: string, weight: number) => [
  { name: `${name}.azure-devices.net`, allocationWeight: weight, applyAllocationPolicy: true },
];

function twoServices(): SeedInput {
  const seed = fleet();
  const [first] = seed.provisioningServices;
  return {
    ...seed,
    provisioningServices: [
      { ...first, name: 'dps-1', hubs: [{ name: 'hub-a', weight: 2 }] },
      { name: 'dps-2', hubs: [{ name: 'hub-b', weight: 0 }] },
    ],
  };
}

const published = async ({ app }: Scene) => (await app.ports.documents.read(DOCUMENT))?.value;
const service = (name: string) => dpsId(name).id;

describe('a scan', () => {
  it('publishes the linked hubs of every DPS, as the webhook reads them, with no request of its own', async () => {
    const scene = await createScene(twoServices());
    await scan(scene.app);
    const at = scene.clock.now.toISOString();
    expect(await published(scene)).toEqual({
      [service('dps-1')]: { at, hubs: hubs('hub-a', 2) },
      [service('dps-2')]: { at, hubs: hubs('hub-b', 0) },
    });
    expect(publishedWeights(await published(scene), scene.clock.now)).toEqual({
      weights: new Map([
        ['hub-a.azure-devices.net', { weight: 2, applies: true }],
        ['hub-b.azure-devices.net', { weight: 0, applies: true }],
      ]),
    });
    const reads = scene.calls.filter(({ path }) => path === service('dps-1'));
    expect(reads).toHaveLength(1);
  });

  it('leaves a DPS that it cannot read as it was, and drops one that is configured no more', async () => {
    const scene = await createScene(twoServices());
    await scan(scene.app);
    const before = scene.clock.now.toISOString();
    scene.clock.now = new Date(scene.clock.now.getTime() + 3_600_000);
    scene.intercept = (_, path) => {
      if (path === service('dps-2')) throw new Error('connection lost');
    };
    await scan(scene.app);
    const after = { at: scene.clock.now.toISOString(), hubs: hubs('hub-a', 2) };
    expect(await published(scene)).toEqual({
      [service('dps-1')]: after,
      [service('dps-2')]: { at: before, hubs: hubs('hub-b', 0) },
    });
    const services = new Map([...scene.app.ports.services].filter(([id]) => id === service('dps-1')));
    await scan({ ...scene.app, ports: { ...scene.app.ports, services } });
    expect(await published(scene)).toEqual({ [service('dps-1')]: after });
  });

  it('replaces what somebody else wrote', async () => {
    const scene = await createScene(twoServices());
    await scene.app.ports.documents.write(DOCUMENT, 'nonsense', undefined);
    await scan(scene.app);
    expect(Object.keys((await published(scene)) as object)).toEqual([service('dps-1'), service('dps-2')]);
  });

  it('says that it could not publish, and does its work all the same', async () => {
    const scene = await createScene(twoServices());
    const { documents } = scene.app.ports;
    const write = async (...[name, value, read]: Parameters<typeof documents.write>) => {
      if (name === DOCUMENT) throw new Error('the storage is down');
      return documents.write(name, value, read);
    };
    const ports = { ...scene.app.ports, documents: { ...documents, write } };
    expect(await scan({ ...scene.app, ports })).toHaveLength(1);
    expect(scene.events.at(-1)).toMatchObject({ failures: [{ target: 'status', message: 'the storage is down' }] });
  });
});
