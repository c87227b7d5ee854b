import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { renewByHand } from '../../support/by-hand.ts';
import { withCertificate } from '../../support/changed-seed.ts';
import { fleet } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { isWrite } from '../../support/is-write.ts';
import { FRESH, plantA } from '../../support/planned-scene.ts';
import { createScene } from '../../support/scene.ts';

const PLANT_A = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

/** Two vaults with a CA each that is due, a root that issues both, and two DPS that hold one each. */
function twoOfEach(): SeedInput {
  const seed = fleet();
  const [root, plantA] = seed.vaults;
  if (!root || !plantA?.certificates?.[0]) throw new Error('no fleet');
  const plantB = { ...plantA.certificates[0], name: 'plant-b-ca', subject: 'CN=Plant B CA' };
  const hold = (vault: string, name: string) => [{ name: 'held', certificate: { vault, name }, verified: true }];
  return {
    version: 1,
    vaults: [root, plantA, { name: 'kv-second', certificates: [plantB] }],
    provisioningServices: [
      { name: 'dps-1', certificates: hold('kv-fleet', 'plant-a-ca') },
      { name: 'dps-2', certificates: hold('kv-second', 'plant-b-ca') },
    ],
  };
}

describe('scan', () => {
  it('names the CAs that have a step to take, and writes nothing', async () => {
    const scene = await createScene(fleet());
    expect(await scan(scene.app)).toEqual([PLANT_A]);
    expect(scene.calls.filter(isWrite)).toEqual([]);
    expect(scene.events).toMatchObject([
      { event: 'scan_completed', managed: 1, renewing: [{ ca: 'plant-a-ca' }], waiting: 0, refused: 0, failures: [] },
    ]);
  });

  it('names the CAs whose renewal window is open, those that end first, whether or not anything can be done', async () => {
    const scene = await createScene(
      withCertificate(twoOfEach(), 'plant-b-ca', { notAfter: 'P20D', tags: { paused: 'true' } }),
    );
    await scan(scene.app);
    expect(scene.events).toMatchObject([
      {
        renewing: [{ ca: 'plant-a-ca' }],
        due: [
          { ca: 'plant-b-ca', vault: 'https://kv-second.vault.azure.net' },
          { ca: 'plant-a-ca', since: expect.stringMatching(/Z$/), notAfter: expect.stringMatching(/Z$/) },
        ],
      },
    ]);
    const [event] = scene.events;
    const due = event?.event === 'scan_completed' ? event.due : [];
    for (const { since, notAfter } of due) {
      expect(Date.parse(since)).toBeLessThan(scene.clock.now.getTime());
      expect(Date.parse(notAfter)).toBeGreaterThan(scene.clock.now.getTime());
    }
    await renewByHand(scene);
    await scan(scene.app);
    expect(scene.events.at(-1)).toMatchObject({ due: [{ ca: 'plant-b-ca' }] });
  });

  it('tells a CA that waits for somebody from what it could not read, and has succeeded all the same', async () => {
    const measured: string[] = [];
    const scene = await createScene(plantA({ tags: { issuer: 'external' } }));
    const ports = { ...scene.app.ports, measure: ({ name }: { name: string }) => void measured.push(name) };
    await renew(scene.app, PLANT_A, 'r1');
    await scan({ ...scene.app, ports });
    expect(scene.events.at(-1)).toMatchObject({
      failures: [{ target: `${PLANT_A.vaultUrl}/${PLANT_A.name}`, reason: 'external-signature' }],
    });
    expect(measured).toContain('scan_last_success_timestamp_seconds');
  });

  it('gives no reason where it could not read what matters, and has not succeeded', async () => {
    const measured: string[] = [];
    const scene = await createScene(plantA(FRESH));
    const ports = { ...scene.app.ports, measure: ({ name }: { name: string }) => void measured.push(name) };
    scene.intercept = (_, path) => {
      if (path.includes('/enrollmentGroups')) throw new Error('connection lost');
    };
    await scan({ ...scene.app, ports });
    const [failure] = scene.events.flatMap((event) => (event.event === 'scan_completed' ? event.failures : []));
    expect(failure?.message).toContain('connection lost');
    expect(failure?.reason).toBeUndefined();
    expect(measured).not.toContain('scan_last_success_timestamp_seconds');
  });

  it('reports entries of which no vault holds a version, with their expiry, and never touches them', async () => {
    const scene = await createScene();
    await scan(scene.app);
    expect(scene.events.filter(({ event }) => event === 'certificate_unmanaged')).toMatchObject([
      { dps: dpsId('dps-fleet').id, entry: 'legacy-partner-ca', notAfter: expect.stringMatching(/^20\d\d-/) },
    ]);
  });

  it('finds a CA whose newest version no DPS holds yet, by the older version that one does', async () => {
    const scene = await createScene(twoOfEach());
    await renewByHand(scene);
    await scan(scene.app);
    expect(scene.events).toMatchObject([
      { event: 'scan_completed', managed: 2, unmanaged: 0, failures: [], renewing: [{ ca: 'plant-a-ca' }, {}] },
    ]);
  });

  it.each([
    ['a vault', 'kv-second', 'https://kv-second.vault.azure.net'],
    ['a DPS', '/provisioningServices/dps-2', dpsId('dps-2').id],
  ])('goes on when %s cannot be read, and says which', async (_, part, target) => {
    const scene = await createScene(twoOfEach());
    scene.intercept = (_method, path) => {
      if (path.includes(part)) throw new Error('connection lost');
    };
    expect(await scan(scene.app)).toEqual([PLANT_A]);
    expect(scene.events.at(-1)).toMatchObject({
      event: 'scan_completed',
      managed: 1,
      failures: [{ target, message: expect.stringContaining('connection lost') }],
    });
  });

  it('calls no entry unmanaged while a vault cannot be read: what is unknown is not none', async () => {
    const scene = await createScene();
    scene.intercept = (_, path) => {
      if (path.includes('kv-fleet')) throw new Error('connection lost');
    };
    await scan(scene.app);
    expect(scene.events.map(({ event }) => event)).toEqual(['scan_completed']);
  });

  it.each([
    ['no vault', 'vault.azure.net'],
    ['no DPS', 'provisioningServices'],
  ])('fails when %s could be read: that is no scan', async (_, part) => {
    const scene = await createScene(twoOfEach());
    scene.intercept = (_method, path) => {
      if (path.includes(part)) throw new Error('connection lost');
    };
    await expect(scan(scene.app)).rejects.toThrow('Cannot scan: no vault or no DPS could be read');
    expect(scene.events.at(-1)).toMatchObject({ event: 'scan_completed', managed: 0 });
  });

  it('hides no CA behind another one that fails', async () => {
    const scene = await createScene(twoOfEach());
    scene.intercept = (_, path) => {
      if (path.includes('kv-second') && path.includes('plant-b-ca')) throw new Error('connection lost');
    };
    expect(await scan(scene.app)).toEqual([PLANT_A]);
    expect(scene.events.at(-1)).toMatchObject({
      failures: [{ target: 'https://kv-second.vault.azure.net/plant-b-ca' }],
    });
  });

  it('says what is refused, and puts no message on the queue for it', async () => {
    const scene = await createScene(fleet());
    const vaults = new Map([...scene.app.ports.vaults].filter(([url]) => !url.includes('kv-root')));
    expect(await scan({ ...scene.app, ports: { ...scene.app.ports, vaults } })).toEqual([]);
    expect(scene.events).toMatchObject([
      { event: 'renewal_refused', ca: 'plant-a-ca', reason: 'issuer-not-in-vault' },
      { event: 'scan_completed', refused: 1 },
    ]);
  });

  it('waits, and asks for no certificate, while the only DPS is not Active', async () => {
    const scene = await createScene(fleet());
    scene.setState('dps-1', 'Suspended');
    expect(await scan(scene.app)).toEqual([]);
    // Said aloud: the CA is due, and will expire if this lasts.
    expect(scene.events).toMatchObject([
      {
        event: 'scan_completed',
        waiting: 0,
        failures: [{ target: `${PLANT_A.vaultUrl}/plant-a-ca`, message: expect.stringContaining('dps-1: Suspended') }],
      },
    ]);
  });

  it('reads each listing once, however many CAs there are', async () => {
    const scene = await createScene(twoOfEach());
    await scan(scene.app);
    const reads = scene.calls.map(({ path }) => path);
    expect(reads.filter((path, index) => reads.indexOf(path) !== index)).toEqual([]);
  });
});
