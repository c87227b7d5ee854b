import { describe, expect, it } from 'vitest';
import { prove } from '../../../../shared/operations/prove.ts';
import { renew } from '../../../../shared/operations/renew.ts';
import { readCertificate } from '../../../../shared/x509/certificate.ts';
import { dpsId } from '../../../support/in-process-azure.ts';
import {
  CA,
  enrolled,
  entryNames,
  eventsNamed,
  later,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
  uploadedEntry,
} from '../../../support/moving.ts';
import { onceBefore } from '../../../support/once-before.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const KINDS = [
  ['group', 'line-1', 'enrollmentGroups'],
  ['individual', 'press-1', 'enrollments'],
] as const;

/** Members that the app knows nothing of. */
const THEIRS = { initialTwin: { tags: { site: 'Ulm' } }, allocationPolicy: 'geoLatency' };

async function due(): Promise<Scene> {
  const seed = enrolled([
    {
      enrollmentGroups: [naming('line-1'), naming('line-2')],
      individualEnrollments: [naming('press-1'), naming('press-2')],
    },
  ]);
  return createScene(seed, new Date(), { wishes: RETIRE_AFTER_OVERLAP });
}

/** Renewed and moved 31 days ago: releasing is next. */
async function overlapped(): Promise<Scene> {
  const scene = await due();
  await renew(scene.app, CA, 'r1');
  later(scene, 31);
  return scene;
}

/** Before the first call of a kind, as somebody else does something. */
function meanwhile(scene: Scene, method: string, path: string, act: () => Promise<unknown>): void {
  onceBefore(scene, (used, at) => used === method && at.endsWith(path), act);
}

const statuses = (scene: Scene, method: string, path: string) =>
  scene.calls.filter((call) => call.method === method && call.path.endsWith(path)).map(({ status }) => status);

describe.each(KINDS)(
  'an enrollment (%s) that somebody else changes between our read and our write',
  (kind, id, path) => {
    it('is decided again when it moves, and their change survives', async () => {
      const scene = await due();
      meanwhile(scene, 'PUT', `/${path}/${id}`, () => operatorOf(scene).edit(kind, id, THEIRS));
      await renew(scene.app, CA, 'r1');
      expect(statuses(scene, 'PUT', `/${path}/${id}`)).toEqual([412, 200]);
      // That one alone is read again, and at once.
      expect(statuses(scene, 'GET', `/${path}/${id}`)).toEqual([200]);
      expect((await operatorOf(scene).read(kind, id)).record).toMatchObject({
        ...THEIRS,
        attestation: { x509: { caReferences: { primary: uploadedEntry(scene), secondary: OLD } } },
      });
      expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(4);
      expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
      expect(scene.violations()).toEqual([]);
    });

    it('is left alone where they have put the newest generation in themselves', async () => {
      const scene = await due();
      meanwhile(scene, 'PUT', `/${path}/${id}`, async () => {
        const caReferences = { primary: OLD, secondary: uploadedEntry(scene) };
        await operatorOf(scene).edit(kind, id, { attestation: { type: 'x509', x509: { caReferences } } });
      });
      await renew(scene.app, CA, 'r1');
      expect(statuses(scene, 'PUT', `/${path}/${id}`)).toEqual([412]);
      expect((await operatorOf(scene).references())[id]).toMatchObject({
        caReferences: { primary: OLD, secondary: uploadedEntry(scene) },
      });
      expect(eventsNamed(scene, 'certificate_trusted')).toHaveLength(1);
    });

    it('is not released: their change prolongs its overlap, and the entry stays as long', async () => {
      const scene = await overlapped();
      meanwhile(scene, 'PUT', `/${path}/${id}`, () => operatorOf(scene).edit(kind, id, THEIRS));
      await turn(scene);
      expect(statuses(scene, 'PUT', `/${path}/${id}`)).toEqual([200, 412]);
      const both = { caReferences: { primary: uploadedEntry(scene), secondary: OLD } };
      expect((await operatorOf(scene).read(kind, id)).record).toMatchObject({ ...THEIRS, attestation: { x509: both } });
      const others = Object.entries(await operatorOf(scene).references()).filter(([other]) => other !== id);
      expect(others).toHaveLength(3);
      for (const [, x509] of others) expect(x509).toMatchObject({ caReferences: { secondary: null } });
      expect(await entryNames(scene)).toContain(OLD);
      expect(scene.events.at(-1)).toMatchObject({
        event: 'renewal_settled',
        waits: [{}, { reason: 'overlap-running' }],
      });

      later(scene, 31);
      await turn(scene);
      expect((await operatorOf(scene).read(kind, id)).record).toMatchObject({
        ...THEIRS,
        attestation: { x509: { caReferences: { primary: uploadedEntry(scene), secondary: null } } },
      });
      expect(await entryNames(scene)).not.toContain(OLD);
      expect(scene.violations()).toEqual([]);
    });

    it.each([
      ['move', due],
      ['release', overlapped],
    ])('is not missed where they have deleted it before its %s', async (_what, begin) => {
      const scene = await begin();
      meanwhile(scene, 'PUT', `/${path}/${id}`, () => operatorOf(scene).remove(kind, id));
      scene.calls.length = 0;
      await renew(scene.app, CA, 'r2');
      expect(statuses(scene, 'PUT', `/${path}/${id}`)).toEqual([412]);
      const left = await operatorOf(scene).references();
      expect(Object.keys(left)).toHaveLength(3);
      for (const x509 of Object.values(left)) {
        expect(x509).toMatchObject({ caReferences: { primary: uploadedEntry(scene) } });
      }
      expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
      expect(scene.violations()).toEqual([]);
    });
  },
);

describe('an entry that somebody else changes', () => {
  it('before its DELETE is decided on again, and goes', async () => {
    const scene = await overlapped();
    const dps = scene.app.ports.services.get(dpsId('dps-1').id);
    meanwhile(scene, 'DELETE', `/certificates/${OLD}`, async () => {
      const old = (await scene.entries('dps-1')).find(({ name }) => name === OLD);
      if (old) await dps?.generateVerificationCode(old);
    });
    await turn(scene);
    expect(statuses(scene, 'DELETE', `/certificates/${OLD}`)).toEqual([412, 200]);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(eventsNamed(scene, 'certificate_retired')).toHaveLength(1);
  });

  it('by naming it in one more group before its DELETE stays, until that has moved and had its overlap', async () => {
    const scene = await overlapped();
    // All releases are done: what comes next is the last look at the entries, then at the enrollments.
    const isLastLook = (method: string, path: string) =>
      method === 'GET' && path.endsWith('/dps-1/certificates') && statuses(scene, 'PUT', '/press-2').length === 2;
    onceBefore(scene, isLastLook, () => operatorOf(scene).add('group', 'line-3', OLD));
    await turn(scene);
    expect(statuses(scene, 'DELETE', `/certificates/${OLD}`)).toEqual([]);
    expect((await operatorOf(scene).references())['line-3']).toMatchObject({
      caReferences: { primary: uploadedEntry(scene), secondary: OLD },
    });
    later(scene, 29);
    await turn(scene);
    expect(await entryNames(scene)).toContain(OLD);
    later(scene, 2);
    await turn(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });

  it('by verifying it by hand is taken as verified, and the references move', async () => {
    const scene = await due();
    meanwhile(scene, 'POST', '/generateVerificationCode', async () => {
      const { ports } = scene.app;
      const [vault, dps] = [ports.vaults.get(CA.vaultUrl), ports.services.get(dpsId('dps-1').id)];
      const content = (await vault?.current(CA.name))?.content;
      const entry = (await scene.entries('dps-1')).find(({ name }) => name === uploadedEntry(scene));
      if (!content || !entry || !dps) throw new Error('nothing to verify');
      const generation = { ...content, certificate: readCertificate(content.der) };
      await prove(ports, CA.vaultUrl, dps, generation, entry);
    });
    await renew(scene.app, CA, 'r1');
    // Theirs, and ours, which came too late.
    expect(statuses(scene, 'POST', '/generateVerificationCode')).toEqual([200, 412]);
    expect(eventsNamed(scene, 'possession_proven')).toEqual([]);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(4);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
    expect(scene.violations()).toEqual([]);
  });

  it('by deleting the new one before we prove it is uploaded again', async () => {
    const scene = await due();
    meanwhile(scene, 'POST', '/generateVerificationCode', async () => {
      const entry = (await scene.entries('dps-1')).find(({ name }) => name === uploadedEntry(scene));
      if (entry) await scene.app.ports.services.get(dpsId('dps-1').id)?.deleteEntry(entry);
    });
    await renew(scene.app, CA, 'r1');
    expect(eventsNamed(scene, 'certificate_uploaded')).toHaveLength(2);
    expect(eventsNamed(scene, 'certificate_issued')).toHaveLength(1);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
  });
});
