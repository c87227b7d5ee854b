import { describe, expect, it } from 'vitest';
import { renew } from '../../../../shared/operations/renew.ts';
import { scan } from '../../../../shared/operations/scan.ts';
import { disableVersion } from '../../../support/by-hand.ts';
import {
  CA,
  CA_NAME,
  type Enrolled,
  enrolled,
  entryNames,
  eventsNamed,
  later,
  liveThrough,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
  uploadedEntry,
  VAULT,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const NAMED = { vault: VAULT, name: CA_NAME };
const IN_EVERY_WAY: Enrolled = {
  enrollmentGroups: [naming('line-1'), { id: 'line-2', signingCertificates: { primary: NAMED } }],
  individualEnrollments: [naming('press-1'), { id: 'press-2', provisioningStatus: 'disabled', ...named() }],
};

function named() {
  return { caReferences: { primary: OLD } };
}

/** Renewed and moved 10 days ago: in the middle of the overlap. */
async function midOverlap(reuseKey = false): Promise<Scene> {
  const scene = await createScene(enrolled([IN_EVERY_WAY], { reuseKey }), new Date(), {
    wishes: RETIRE_AFTER_OVERLAP,
  });
  await renew(scene.app, CA, 'r1');
  later(scene, 10);
  scene.events.length = 0;
  return scene;
}

/** The versions of the CA, the oldest first. */
async function versionsOf(scene: Scene) {
  return [...((await scene.app.ports.vaults.get(CA.vaultUrl)?.versions(CA.name)) ?? [])].reverse();
}

async function disable(scene: Scene, which: 0 | -1): Promise<string> {
  const version = (await versionsOf(scene)).at(which);
  await disableVersion(scene, NAMED, version?.version ?? '');
  return version?.thumbprint ?? '';
}

const names = (scene: Scene) => scene.events.map(({ event }) => event);

describe.each([
  ['a new key', false],
  ['the same key', true],
])('in the middle of an overlap, after a renewal with %s, an operator', (_key, reuseKey) => {
  it('deletes the group: the others go their way, and the old entry goes in its time', async () => {
    const scene = await midOverlap(reuseKey);
    const uploaded = (await entryNames(scene)).filter((name) => !name.startsWith('old-'));
    await operatorOf(scene).remove('group', 'line-1');
    expect(await scan(scene.app)).toEqual([]);
    await liveThrough(scene, 21);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-2': { signingCertificates: { secondary: null } },
      'press-1': { caReferences: { primary: uploaded[0], secondary: null } },
      'press-2': { caReferences: { primary: uploaded[0], secondary: null } },
    });
    expect(await entryNames(scene)).toEqual(['old-root', uploaded[0]].sort());
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ entry: OLD, reason: 'overlap-over' }]);
    expect(names(scene)).not.toContain('renewal_refused');
    expect(scene.violations()).toEqual([]);
  });

  it('adds a group with the old CA: it moves, has an overlap of its own, and the entry stays as long', async () => {
    const scene = await midOverlap(reuseKey);
    await operatorOf(scene).add('group', 'line-3', OLD);
    expect(await scan(scene.app)).toEqual([CA]);
    await renew(scene.app, CA, 'r2');
    expect(eventsNamed(scene, 'enrollment_moved')).toMatchObject([{ enrollment: 'line-3', kind: 'group' }]);
    expect(names(scene).slice(-1)).toEqual(['renewal_settled']);
    await liveThrough(scene, 29);
    // The others have let go of it 9 days ago.
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { secondary: null } },
      'line-3': { caReferences: { secondary: OLD } },
    });
    expect(await entryNames(scene)).toContain(OLD);
    await liveThrough(scene, 2);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });

  it('edits an enrollment: its overlap begins anew, and what they wrote stays', async () => {
    const scene = await midOverlap(reuseKey);
    const theirs = { initialTwin: { tags: { site: 'Ulm' } }, provisioningStatus: 'disabled' };
    await operatorOf(scene).edit('group', 'line-1', theirs);
    await liveThrough(scene, 29);
    expect((await operatorOf(scene).read('group', 'line-1')).record).toMatchObject({
      ...theirs,
      attestation: { x509: { caReferences: { secondary: OLD } } },
    });
    await liveThrough(scene, 2);
    expect((await operatorOf(scene).read('group', 'line-1')).record).toMatchObject({
      ...theirs,
      attestation: { x509: { caReferences: { secondary: null } } },
    });
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });

  it('disables the newest version: references return, its entry goes, nothing is requested until forced', async () => {
    const scene = await midOverlap(reuseKey);
    const before = await entryNames(scene);
    const rolledBack = await disable(scene, -1);
    await turn(scene);
    const [first] = await versionsOf(scene);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { primary: OLD } },
      'line-2': { signingCertificates: { primary: { info: { sha1Thumbprint: first?.thumbprint } } } },
      'press-1': { caReferences: { primary: OLD } },
      'press-2': { caReferences: { primary: OLD } },
    });
    for (const x509 of Object.values(await operatorOf(scene).references())) {
      expect(JSON.stringify(x509)).not.toContain(rolledBack);
    }
    expect(await entryNames(scene)).toEqual([OLD, 'old-root']);
    expect(before).toHaveLength(3);
    expect(names(scene)).toEqual([
      'scan_completed',
      ...Array.from({ length: 4 }, () => 'enrollment_moved'),
      'certificate_retired',
      'renewal_settled',
    ]);
    expect(eventsNamed(scene, 'enrollment_moved')[0]).toMatchObject({ reason: 'rolled-back' });
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([
      { reason: 'rolled-back', thumbprint: rolledBack },
    ]);
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ reason: 'rolled-back' }, { reason: 'settled' }] });

    // Due for long, and until somebody says so nothing is asked for.
    await liveThrough(scene, 10);
    expect(await versionsOf(scene)).toHaveLength(2);
    expect(names(scene)).not.toContain('certificate_requested');
    await renew(scene.app, CA, 'forced', first?.thumbprint ?? '');
    expect(await versionsOf(scene)).toHaveLength(3);
    expect(eventsNamed(scene, 'enrollment_moved').slice(4)).toHaveLength(4);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { primary: uploadedEntry(scene), secondary: OLD } },
    });
    expect(scene.violations()).toEqual([]);
  });

  it('disables the older version: the overlap goes on, and it goes in its time', async () => {
    const scene = await midOverlap(reuseKey);
    await disable(scene, 0);
    await liveThrough(scene, 19);
    expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
    expect(await entryNames(scene)).toContain(OLD);
    await liveThrough(scene, 2);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { secondary: null } },
      'line-2': { signingCertificates: { secondary: null } },
    });
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(names(scene)).not.toContain('renewal_refused');
    expect(scene.violations()).toEqual([]);
  });

  it('swaps the places of a reference: the newest leads again once the old one goes', async () => {
    const scene = await midOverlap(reuseKey);
    const [uploaded = ''] = (await entryNames(scene)).filter((name) => !name.startsWith('old-'));
    const caReferences = { primary: OLD, secondary: uploaded };
    await operatorOf(scene).edit('group', 'line-1', { attestation: { type: 'x509', x509: { caReferences } } });
    expect(await scan(scene.app)).toEqual([]);
    await liveThrough(scene, 31);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { primary: uploaded, secondary: null } },
    });
    expect(scene.violations()).toEqual([]);
  });
});

describe('after the older version has gone, an operator', () => {
  it('disables the newest: the older one is uploaded and proved again, and only then the references return', async () => {
    const scene = await midOverlap();
    await liveThrough(scene, 21);
    expect(await entryNames(scene)).not.toContain(OLD);
    scene.events.length = 0;
    const rolledBack = await disable(scene, -1);
    await turn(scene);
    expect(names(scene)).toEqual([
      'scan_completed',
      'certificate_uploaded',
      'possession_proven',
      ...Array.from({ length: 4 }, () => 'enrollment_moved'),
      'certificate_retired',
      'renewal_settled',
    ]);
    const [first] = await versionsOf(scene);
    const references = await operatorOf(scene).references();
    expect(references).toMatchObject({
      'line-1': { caReferences: { primary: uploadedEntry(scene) } },
      'line-2': { signingCertificates: { primary: { info: { sha1Thumbprint: first?.thumbprint } } } },
    });
    expect(JSON.stringify(references)).not.toContain(rolledBack);
    expect(await entryNames(scene)).toEqual(['old-root', uploadedEntry(scene)].sort());
    expect(scene.violations()).toEqual([]);
  });

  it('disables every version: nothing is touched, and it is said', async () => {
    const scene = await midOverlap();
    const before = await operatorOf(scene).references();
    await disable(scene, 0);
    await disable(scene, -1);
    await turn(scene);
    expect(eventsNamed(scene, 'renewal_refused')).toMatchObject([{ reason: 'unknown-ca' }]);
    expect(await operatorOf(scene).references()).toEqual(before);
    expect(await entryNames(scene)).toHaveLength(3);
  });
});
