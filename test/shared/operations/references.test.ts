import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { parseDuration } from '../../../shared/lifecycle/duration.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const DAY = 86_400_000;
const CA = { vaultUrl: vaultUrl('kv-fleet'), name: 'plant-a-ca' };
const OVERLAP = { retire: 'overlap', overlap: parseDuration('P30D') } as const;

type Groups = SeedInput['provisioningServices'][number]['enrollmentGroups'];
type Individuals = SeedInput['provisioningServices'][number]['individualEnrollments'];

/** A root, and a subordinate CA with 60 of 730 days left, both in one DPS that has these enrollments. */
function enrolled(enrollmentGroups: Groups, individualEnrollments: Individuals = [], reuseKey = false): SeedInput {
  const key = 'P-256' as const;
  const root = { name: 'root', subject: 'CN=Root', key, notBefore: '-P4Y', notAfter: 'P16Y' };
  const plant = {
    name: CA.name,
    subject: 'CN=Plant A',
    key,
    issuer: { vault: 'kv-fleet', name: 'root' },
    notBefore: '-P670D',
    notAfter: 'P60D',
    reuseKey,
  };
  const hold = (name: string) => ({ name: `old-${name}`, certificate: { vault: 'kv-fleet', name }, verified: true });
  return {
    version: 1,
    vaults: [{ name: 'kv-fleet', certificates: [root, plant] }],
    provisioningServices: [
      { name: 'dps-1', certificates: [hold('root'), hold(CA.name)], enrollmentGroups, individualEnrollments },
    ],
  };
}

const events = (scene: Scene, name: string) => scene.events.filter(({ event }) => event === name);

/** What every enrollment refers to, by id. */
async function references(scene: Scene): Promise<Record<string, unknown>> {
  const enrollments = [...scene.app.ports.enrollments.values()][0];
  const found: Record<string, unknown> = {};
  for (const kind of ['group', 'individual'] as const) {
    for await (const page of enrollments?.enrollments(kind) ?? []) {
      for (const { id, record } of page) found[id] = (record.attestation as { x509?: unknown }).x509;
    }
  }
  return found;
}

async function turn(scene: Scene): Promise<void> {
  for (const ca of await scan(scene.app)) await renew(scene.app, ca, 'turn');
}

describe('the enrollments of a renewed CA', () => {
  it('come to hold the new generation beside the old one, which goes once the overlap is over', async () => {
    const scene = await createScene(
      enrolled(
        [{ id: 'line-1', caReferences: { primary: 'old-plant-a-ca' } }],
        [{ id: 'press-1', caReferences: { primary: 'old-plant-a-ca' } }],
      ),
      new Date(),
      { wishes: OVERLAP },
    );
    await renew(scene.app, CA, 'r1');
    const [uploaded] = events(scene, 'certificate_uploaded') as { entry: string }[];
    const both = { caReferences: { primary: uploaded?.entry, secondary: 'old-plant-a-ca' } };
    expect(await references(scene)).toMatchObject({ 'line-1': both, 'press-1': both });
    expect(scene.events.map(({ event }) => event)).toEqual([
      'certificate_requested',
      'certificate_issued',
      'certificate_uploaded',
      'possession_proven',
      'enrollment_moved',
      'enrollment_moved',
      'certificate_trusted',
      'renewal_settled',
    ]);
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ lane: 'vault' }, { reason: 'overlap-running' }] });
    expect(await scan(scene.app)).toEqual([]);
    scene.clock.now = new Date(scene.clock.now.getTime() + 31 * DAY);
    await turn(scene);
    const alone = { caReferences: { primary: uploaded?.entry } };
    expect(await references(scene)).toMatchObject({ 'line-1': alone, 'press-1': alone });
    expect((await scene.entries('dps-1')).map(({ name }) => name).sort()).toEqual(['old-root', uploaded?.entry].sort());
    expect(events(scene, 'certificate_retired')).toMatchObject([{ entry: 'old-plant-a-ca', reason: 'overlap-over' }]);
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.violations()).toEqual([]);
  });

  it('move where they embed the certificate itself, and no entry of its own is needed', async () => {
    const seed = enrolled([{ id: 'line-1', signingCertificates: { primary: { vault: 'kv-fleet', name: CA.name } } }]);
    const [dps] = seed.provisioningServices;
    const scene = await createScene(
      {
        ...seed,
        provisioningServices: [{ ...dps, name: 'dps-1', certificates: dps?.certificates?.slice(0, 1) ?? [] }],
      },
      new Date(),
      { wishes: OVERLAP },
    );
    expect(await scan(scene.app)).toEqual([CA]);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.map(({ event }) => event)).toEqual([
      'scan_completed',
      'certificate_requested',
      'certificate_issued',
      'enrollment_moved',
      'certificate_trusted',
      'renewal_settled',
    ]);
    const [issued] = events(scene, 'certificate_issued') as { thumbprint: string }[];
    expect(await references(scene)).toMatchObject({
      'line-1': { signingCertificates: { primary: { info: { sha1Thumbprint: issued?.thumbprint } }, secondary: {} } },
    });
    expect(await scene.entries('dps-1')).toHaveLength(1);
    scene.clock.now = new Date(scene.clock.now.getTime() + 31 * DAY);
    await turn(scene);
    expect(await references(scene)).toMatchObject({ 'line-1': { signingCertificates: { secondary: null } } });
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.violations()).toEqual([]);
  });
});
