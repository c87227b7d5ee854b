import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { plan } from '../../../shared/operations/plan.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { withCertificate, withEntries } from '../../support/changed-seed.ts';
import { fleet } from '../../support/fleet.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { FLEET_ROOT, FRESH, groupOf, PLANT_A_CA, planOf, plantA, withDps1 } from '../../support/planned-scene.ts';
import { createScene } from '../../support/scene.ts';

const DPS_1 = dpsId('dps-1').id;

/** A CA with which all is well, beside an entry of somebody else's. */
function partner(notAfter: string, enrollmentGroups: ReturnType<typeof groupOf>[] = [], verified = true): SeedInput {
  const certificate = { subject: 'CN=P', key: 'P-256', notBefore: '-P1Y', notAfter } as const;
  return withDps1(plantA(FRESH), ({ certificates = [] }) => ({
    certificates: [...certificates, { name: 'partner', certificate, verified }],
    enrollmentGroups,
  }));
}

const REFUSED: readonly [string, SeedInput, Record<string, unknown>][] = [
  [
    'a tag that means nothing',
    plantA({ tags: { 'renew-before': 'soon' } }),
    { severity: 'attention', reason: 'bad-tag' },
  ],
  ['a tag for an unknown DPS', plantA({ tags: { dps: 'dps-9' } }), { severity: 'attention', reason: 'bad-tag' }],
  ['a DPS without a slot', withEntries(fleet(), 'dps-1', 25), { severity: 'attention', reason: 'no-free-slot' }],
  [
    'a DPS without a slot, before it matters',
    withEntries(plantA(FRESH), 'dps-1', 25),
    { severity: 'note', reason: 'no-free-slot', dps: DPS_1 },
  ],
  [
    'an issuer that expires first',
    withCertificate(fleet(), 'fleet-root', { notAfter: 'P61D' }),
    { reason: 'issuer-first' },
  ],
  ['a CA that has expired', plantA({ notAfter: '-P1D' }), { severity: 'attention', reason: 'expired', ca: PLANT_A_CA }],
  [
    'a paused CA that is due',
    plantA({ tags: { paused: 'true' } }),
    { severity: 'attention', reason: 'paused-and-due', ca: PLANT_A_CA },
  ],
  [
    'an entry in use that expires soon and is nobody’s here',
    partner('P59D', [groupOf('partners', 'partner')]),
    { severity: 'attention', reason: 'expiring-unmanaged', entry: 'partner' },
  ],
  [
    'an entry that expires soon and is nobody’s here, before anybody uses it',
    partner('P59D'),
    { severity: 'note', reason: 'expiring-unmanaged', entry: 'partner' },
  ],
  [
    'an unverified entry in use that is nobody’s here',
    partner('P9Y', [groupOf('partners', 'partner')], false),
    { severity: 'attention', reason: 'unverified-in-use', entry: 'partner' },
  ],
  [
    'an expired entry in use that is nobody’s here',
    partner('-P1D', [groupOf('partners', 'partner')]),
    { severity: 'attention', reason: 'expired-in-use', entry: 'partner' },
  ],
  [
    'a stranger in the other slot, before it matters',
    withDps1(withEntries(plantA(FRESH), 'dps-1', 2), () => ({
      enrollmentGroups: [{ id: 'line-1', caReferences: { primary: 'PlantA', secondary: 'stranger-0' } }],
    })),
    { severity: 'note', reason: 'both-slots-taken', message: expect.stringContaining("group 'line-1'") },
  ],
  [
    'a masked webhook, before it matters',
    withDps1(plantA(FRESH), () => ({
      behaviour: { masksWebhookUrl: true },
      enrollmentGroups: [{ ...groupOf('line-1'), webhookUrl: 'https://app.example/api/allocate?code=secret' }],
    })),
    { severity: 'note', reason: 'webhook-masked', message: expect.stringContaining("group 'line-1'") },
  ],
];

describe('what is in the way', () => {
  it.each(REFUSED)('%s', async (_, seed, obstacle) => {
    const { obstacles, verdict, entries } = await planOf(await createScene(seed));
    expect(obstacles).toContainEqual(expect.objectContaining(obstacle));
    if (obstacle.severity === 'note') expect(verdict).toBe('nothing-due');
    else expect(verdict).toBe('attention');
    expect(entries[0]).toMatchObject({ name: 'PlantA', ca: PLANT_A_CA, generation: 'newest', key: 'P-256' });
  });

  it.each([
    ['paused', { paused: 'true' }, 'paused'],
    ['never to retire', { retire: 'never' }, 'retire-never'],
  ])('is no CA that is %s; its older generation says so', async (_, tags, reason) => {
    const scene = await createScene(plantA({ tags: { ...tags, paused: 'false' } }));
    await renew(scene.app, PLANT_A_CA, 'r1');
    const [newest] = (await scene.app.ports.vaults.get(PLANT_A_CA.vaultUrl)?.versions('plant-a-ca')) ?? [];
    await scene.app.ports.vaults.get(PLANT_A_CA.vaultUrl)?.setTags('plant-a-ca', newest?.version ?? '', tags);
    const { entries, obstacles, verdict } = await planOf(scene);
    expect({ obstacles, verdict }).toEqual({ obstacles: [], verdict: 'nothing-due' });
    expect(entries.find(({ name }) => name === 'PlantA')?.next).toMatchObject({ step: 'wait', reason });
  });

  it('the issuer that is in no vault: a refusal once the CA is due, a note before that', async () => {
    for (const [seed, severity] of [
      [fleet(), 'attention'],
      [plantA(FRESH), 'note'],
    ] as const) {
      const scene = await createScene(seed);
      const vaults = new Map([...scene.app.ports.vaults].filter(([url]) => url !== FLEET_ROOT.vaultUrl));
      const { obstacles } = await plan({ ...scene.app, ports: { ...scene.app.ports, vaults } });
      expect(obstacles).toMatchObject([{ severity, reason: 'issuer-not-in-vault', ca: PLANT_A_CA }]);
    }
  });

  it('a DPS that is not active', async () => {
    const scene = await createScene(plantA(FRESH));
    scene.setState('dps-1', 'Suspended');
    const { obstacles, verdict } = await planOf(scene);
    expect(verdict).toBe('attention');
    expect(obstacles).toMatchObject([
      { reason: 'service-not-active', dps: DPS_1, message: expect.stringContaining('(Suspended)') },
    ]);
  });

  it('a request that somebody else has made', async () => {
    const scene = await createScene(fleet());
    const policy = {
      key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false },
      x509_props: { subject: 'CN=Mine', key_usage: ['keyCertSign'], validity_months: 120 },
      issuer: { name: 'Unknown' },
    };
    await sendToVault(scene, 'kv-fleet', 'POST', '/certificates/plant-a-ca/create', { policy });
    expect((await planOf(scene)).obstacles).toMatchObject([{ reason: 'foreign-request', ca: PLANT_A_CA }]);
  });

  it('a certification request that waits for somebody else’s signature, with the request itself', async () => {
    const scene = await createScene(plantA({ tags: { issuer: 'external' } }));
    await renew(scene.app, PLANT_A_CA, 'r1');
    const { obstacles, cas, verdict } = await planOf(scene);
    const pending = await scene.app.ports.vaults.get(PLANT_A_CA.vaultUrl)?.pendingRequest('plant-a-ca');
    const csr = Buffer.from(pending?.csr ?? '').toString('base64');
    expect(csr).not.toBe('');
    expect(verdict).toBe('attention');
    expect(obstacles).toMatchObject([{ reason: 'external-signature', csr }]);
    expect(cas).toMatchObject([{ csr, issuer: { kind: 'external' } }]);
  });

  it('that nothing is managed', async () => {
    const seed = fleet();
    const { obstacles, verdict } = await planOf(
      await createScene({ ...seed, provisioningServices: [{ name: 'dps-1' }] }),
    );
    expect({ obstacles, verdict }).toMatchObject({ obstacles: [{ reason: 'nothing-managed' }], verdict: 'attention' });
  });
});
