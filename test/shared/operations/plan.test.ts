import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../local/emulator/service.ts';
import { plan } from '../../../shared/operations/plan.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { withDps } from '../../support/changed-seed.ts';
import { fleet } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { isWrite } from '../../support/is-write.ts';
import { FLEET_ROOT, FRESH, groupOf, PLANT_A_CA, planOf, plantA, withDps1 } from '../../support/planned-scene.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const DAY = 86_400_000;
const DPS_1 = dpsId('dps-1').id;

/** Fails what a permission is needed for. */
function forbid(scene: Scene, isForbidden: (method: string, path: string) => boolean): void {
  scene.intercept = (method, path) => {
    if (isForbidden(method, path)) throw new ServiceError(`no permission for ${path}`, { status: 403 });
  };
}

describe('plan', () => {
  it('shows each entry of a DPS: its CA, its generation, what refers to it, the next step', async () => {
    const scene = await createScene();
    const { verdict, entries, obstacles, failures, unmanagedCas } = await planOf(scene);
    expect({ verdict, obstacles, failures }).toEqual({ verdict: 'due', obstacles: [], failures: [] });
    expect(entries).toMatchObject([
      {
        name: 'PlantA',
        standing: 'managed',
        ca: PLANT_A_CA,
        generation: 'newest',
        key: 'P-256',
        isVerified: true,
        references: { count: 3, embedded: 1, isComplete: true },
        next: { lane: 'vault', step: 'request', reason: 'window-open', at: scene.clock.now },
      },
      {
        name: 'PlantB-2nd-attempt',
        key: 'P-384',
        references: { count: 1, embedded: 0, examples: [{ kind: 'group', id: 'b-lines' }] },
        next: { step: 'wait', reason: 'not-due', towards: 'request', at: expect.any(Date) },
      },
      { name: 'legacy-partner-ca', standing: 'unmanaged', ca: undefined, key: undefined, next: undefined },
    ]);
    expect(unmanagedCas).toMatchObject([
      { ca: FLEET_ROOT, key: 'RSA 2048', issuerOf: [PLANT_A_CA, { name: 'plant-b-ca' }] },
    ]);
  });

  it('says when the window opens and, from there, when overlap and retirement end at the earliest', async () => {
    const scene = await createScene(plantA(FRESH));
    const { verdict, cas } = await planOf(scene);
    const days = (date: Date) => Math.round((date.getTime() - scene.clock.now.getTime()) / DAY);
    expect(verdict).toBe('nothing-due');
    expect(cas[0]?.dates.map(({ at, what, earliest }) => [days(at), what, earliest])).toEqual([
      [574, 'window-opens', false], // 20% of 730 days before day 720
      [604, 'overlap-ends', true],
      [720, 'expires', false],
      [720, 'may-retire', true],
    ]);
  });

  it('shows the older generation after a renewal, with the end of its overlap and its retirement', async () => {
    const scene = await createScene(
      withDps1(fleet(), () => ({ enrollmentGroups: [groupOf('line-1')] })),
      new Date(),
      {
        wishes: { retire: 'overlap' },
      },
    );
    const started = scene.clock.now.getTime();
    await renew(scene.app, PLANT_A_CA, 'r1');
    const { entries, cas, verdict } = await planOf(scene);
    expect(verdict).toBe('nothing-due');
    const [older, newest] = [...entries].sort((a) => (a.generation === 'older' ? -1 : 1));
    expect(newest).toMatchObject({ generation: 'newest', references: { count: 1 }, next: { reason: 'not-due' } });
    expect(older).toMatchObject({
      name: 'PlantA',
      next: { step: 'wait', reason: 'overlap-running', towards: 'retire' },
    });
    expect(Math.round(((older?.next?.at?.getTime() ?? 0) - started) / DAY)).toBe(30);
    const ofOlder = cas[0]?.dates.filter(({ thumbprint }) => thumbprint === older?.thumbprint);
    expect(ofOlder).toMatchObject([
      { what: 'overlap-ends', dps: DPS_1 },
      { what: 'may-retire', dps: DPS_1 },
    ]);
    scene.clock.now = new Date(started + 31 * DAY);
    const later = await planOf(scene);
    expect(later.verdict).toBe('due');
    expect(later.entries.find(({ name }) => name === 'PlantA')?.next).toMatchObject({ step: 'retire' });
  });

  it.each([
    ['what is due', fleet(), 1],
    ['what is not', plantA(FRESH), 0],
    [
      'a CA that no DPS holds yet',
      withDps(plantA({ tags: { dps: '*' }, ...FRESH }), 'dps-1', () => ({ certificates: [] })),
      1,
    ],
  ])('and scan agree on %s', async (_, seed, due) => {
    const scene = await createScene(seed);
    expect((await planOf(scene)).verdict).toBe(due > 0 ? 'due' : 'nothing-due');
    expect(await scan(scene.app)).toHaveLength(due);
  });

  it('counts an overlap that has not begun from now on, at the earliest', async () => {
    const seed = withDps1(fleet(), () => ({ enrollmentGroups: [groupOf('line-1')] }));
    const scene = await createScene(seed, new Date(), { wishes: { retire: 'overlap' } });
    scene.intercept = (method, path) => {
      if (method === 'PUT' && path.includes('/enrollmentGroups/')) throw new Error('connection lost');
    };
    await expect(renew(scene.app, PLANT_A_CA, 'r1')).rejects.toThrow('connection lost');
    scene.clock.now = new Date(scene.clock.now.getTime() + 10 * DAY);
    const { entries, cas, verdict } = await planOf(scene);
    expect(verdict).toBe('due');
    expect(entries.find(({ generation }) => generation === 'older')?.next).toMatchObject({ step: 'move' });
    const ends = cas[0]?.dates.find(({ what, dps }) => what === 'overlap-ends' && dps === DPS_1);
    expect(((ends?.at.getTime() ?? 0) - scene.clock.now.getTime()) / DAY).toBe(30);
  });

  it('shows a version that was rolled back, and that its entry goes', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, PLANT_A_CA, 'r1');
    const vault = scene.app.ports.vaults.get(PLANT_A_CA.vaultUrl);
    const [newest] = (await vault?.versions(PLANT_A_CA.name)) ?? [];
    await vault?.disable(PLANT_A_CA.name, newest?.version ?? '');
    const { entries } = await planOf(scene);
    expect(entries).toMatchObject([
      { name: 'PlantA', generation: 'newest', next: { step: 'wait', reason: 'rolled-back' } },
      { generation: 'rolled-back', next: { step: 'retire', reason: 'rolled-back' } },
    ]);
  });

  it('shows a CA that a DPS is to hold, where no entry says so yet', async () => {
    const seed = withDps(plantA({ tags: { dps: '*' }, ...FRESH }), 'dps-1', () => ({ certificates: [] }));
    const { service, cas } = await planOf(await createScene(seed));
    expect(service).toMatchObject({ entries: [], missing: [{ ca: PLANT_A_CA, next: { step: 'upload' } }] });
    expect(cas).toMatchObject([{ ca: PLANT_A_CA, issuer: { kind: 'found', ca: FLEET_ROOT } }]);
  });

  it('shows a certificate that enrollments embed and that is no entry', async () => {
    const signingCertificates = { primary: { vault: 'kv-fleet', name: 'plant-a-ca' } };
    const seed = withDps1(fleet(), () => ({
      certificates: [],
      enrollmentGroups: [{ id: 'line-1', signingCertificates }],
    }));
    const { entries } = await planOf(await createScene(seed));
    expect(entries).toMatchObject([
      { name: undefined, ca: PLANT_A_CA, generation: 'newest', references: { count: 1, embedded: 1 } },
    ]);
  });
});

const KV_READ = 'Microsoft.KeyVault/vaults/certificates/read';
const DPS = 'Microsoft.Devices/provisioningServices';

const PERMISSIONS: readonly [string, (method: string, path: string) => boolean, string, string][] = [
  ['to list a vault', (_, path) => path === '//kv-fleet.vault.azure.net/certificates', KV_READ, PLANT_A_CA.vaultUrl],
  ['to list the issuer’s vault', (_, path) => path.startsWith('//kv-root.'), KV_READ, FLEET_ROOT.vaultUrl],
  ['to read a certificate', (_, path) => /kv-fleet.*\/certificates\/./.test(path), KV_READ, PLANT_A_CA.vaultUrl],
  ['to read a pending request', (_, path) => path.endsWith('/pending'), KV_READ, PLANT_A_CA.vaultUrl],
  ['to read a DPS', (_, path) => path === dpsId('dps-1').id, `${DPS}/read`, DPS_1],
  ['to list its entries', (_, path) => path === `${DPS_1}/certificates`, `${DPS}/certificates/read`, DPS_1],
  [
    'to list groups',
    (_, path) => /^\/\/dps-1\..*\/enrollmentGroups\/query$/.test(path),
    `${DPS}/enrollmentGroups/read`,
    DPS_1,
  ],
  [
    'to list individual enrollments',
    (_, path) => /^\/\/dps-1\..*\/enrollments\/query$/.test(path),
    `${DPS}/enrollments/read`,
    DPS_1,
  ],
];

describe('without the permission', () => {
  it.each(PERMISSIONS)(
    '%s, plan names it, shows the rest and writes nothing',
    async (_, isForbidden, permission, target) => {
      const scene = await createScene(fleet({ services: 2 }));
      forbid(scene, isForbidden);
      const { missingPermissions, verdict, provisioningServices } = await planOf(scene);
      expect(missingPermissions).toMatchObject([
        { permission, target, message: expect.stringContaining('no permission') },
      ]);
      expect(verdict).toBe('attention');
      const shown = provisioningServices.flatMap((each) => (each.kind === 'read' ? each.entries : []));
      expect(shown.map(({ name }) => name)).toEqual(
        permission.includes('Services/certificates') ? ['PlantA'] : ['PlantA', 'PlantA'],
      );
      expect(scene.calls.filter(isWrite)).toEqual([]);
      expect(scene.events).toEqual([]);
    },
  );

  it('to read the state of a DPS, its entries are shown, and the state is unknown', async () => {
    const scene = await createScene(fleet());
    forbid(scene, (_, path) => path === DPS_1);
    const { service, obstacles } = await planOf(scene);
    expect(service).toMatchObject({ state: 'unknown', entries: [{ name: 'PlantA', ca: PLANT_A_CA }] });
    expect(obstacles.map(({ reason }) => reason)).not.toContain('service-not-active');
  });

  it('to list individual enrollments, those of groups are counted, and the count says that it is not all', async () => {
    const scene = await createScene(withDps1(fleet(), () => ({ enrollmentGroups: [groupOf('line-1')] })));
    forbid(scene, (_, path) => path.endsWith('/enrollments/query'));
    const { entries } = await planOf(scene);
    expect(entries).toMatchObject([{ references: { count: 1, isComplete: false } }]);
  });

  it('for anything at all, plan fails', async () => {
    const scene = await createScene(fleet());
    forbid(scene, () => true);
    await expect(plan(scene.app)).rejects.toThrow(/^Cannot plan: no vault and no DPS could be read/);
  });
});

describe('what fails for a while', () => {
  it('is named, and hides no other CA', async () => {
    const scene = await createScene();
    scene.intercept = (_, path) => {
      if (path.includes('/certificates/plant-b-ca')) throw new Error('connection lost');
    };
    const { failures, cas, verdict, missingPermissions } = await planOf(scene);
    expect({ verdict, missingPermissions }).toEqual({ verdict: 'attention', missingPermissions: [] });
    expect(failures).toMatchObject([{ target: `${PLANT_A_CA.vaultUrl}/plant-b-ca`, message: /connection lost/ }]);
    expect(cas.find(({ ca }) => ca.name === 'plant-a-ca')?.next[0]).toMatchObject({ step: 'request' });
  });
});
