import { describe, expect, it } from 'vitest';
import { renew } from '../../../../shared/operations/renew.ts';
import { scan } from '../../../../shared/operations/scan.ts';
import { sendToVault } from '../../../support/by-hand.ts';
import {
  CA,
  CA_NAME,
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
  VAULT,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const tagged = (tags: Record<string, string>) =>
  createScene(enrolled([{ enrollmentGroups: [naming('line-1')] }], { tags }), new Date(), {
    wishes: RETIRE_AFTER_OVERLAP,
  });

function retag(scene: Scene, tags: Record<string, string>) {
  return sendToVault(scene, VAULT, 'PATCH', `/certificates/${CA_NAME}`, { tags });
}

describe('a CA that is paused', () => {
  it('is due and rests in every lane, for that reason', async () => {
    const scene = await tagged({ paused: 'true' });
    expect(await scan(scene.app)).toEqual([]);
    await renew(scene.app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({
      event: 'renewal_settled',
      steps: [],
      waits: [{ reason: 'paused' }, { reason: 'paused' }],
    });
  });

  it('moves and retires nothing in the middle of its overlap either, until it goes on', async () => {
    const scene = await tagged({});
    await turn(scene);
    await retag(scene, { paused: 'true' });
    await operatorOf(scene).add('group', 'line-2', OLD);
    await liveThrough(scene, 40);
    expect(await operatorOf(scene).references()).toMatchObject({
      'line-1': { caReferences: { secondary: OLD } },
      'line-2': { caReferences: { primary: OLD } },
    });
    expect(await entryNames(scene)).toContain(OLD);
    await retag(scene, {});
    await liveThrough(scene, 33);
    expect(eventsNamed(scene, 'enrollment_moved').filter(({ enrollment }) => enrollment === 'line-2')).toHaveLength(2);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});

describe('a CA with the tag retire=never', () => {
  it('keeps its older version beside the newest, however long that has expired', async () => {
    const scene = await tagged({ retire: 'never' });
    await turn(scene);
    later(scene, 100);
    await turn(scene);
    await renew(scene.app, CA, 'look');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', waits: [{}, { reason: 'retire-never' }] });
    expect(await entryNames(scene)).toContain(OLD);
    expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
  });
});

describe.each([
  ['retire', { retire: 'sometimes' }, "tag retire: 'sometimes' is not"],
  ['overlap', { overlap: 'a month' }, 'tag overlap'],
  ['stock-cleared', { 'stock-cleared': 'all' }, "tag stock-cleared: 'all' is not a thumbprint"],
  ['dps, for a DPS that is not configured', { dps: 'dps-1,dps-9' }, 'tag dps: dps-9 is not among the configured'],
])('a bad tag %s', (_name, tags, message) => {
  it('refuses the CA, says so once a day, and leaves its references and entries alone', async () => {
    const scene = await tagged({});
    await turn(scene);
    await retag(scene, tags);
    const before = await operatorOf(scene).references();
    scene.events.length = 0;
    await turn(scene);
    await renew(scene.app, CA, 'r2');
    expect(eventsNamed(scene, 'renewal_refused')).toMatchObject([
      { ca: CA_NAME, reason: 'bad-tag', message: expect.stringContaining(message) as unknown },
    ]);
    await liveThrough(scene, 40);
    expect(eventsNamed(scene, 'renewal_refused')).toHaveLength(41);
    expect(await operatorOf(scene).references()).toEqual(before);
    expect(await entryNames(scene)).toContain(OLD);
    await retag(scene, {});
    await liveThrough(scene, 1);
    expect(await entryNames(scene)).not.toContain(OLD);
  });
});
