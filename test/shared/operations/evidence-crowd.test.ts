import { describe, expect, it } from 'vitest';
import { enrolled, entryNames, eventsNamed, later, naming, OLD, turn } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { clearStock, record, renewedFrom, restOf, versionsOf, WEBHOOK } from './evidence-scene.ts';

// Of a thousand individual enrollments of a CA each device is looked at; of more, none: asking DPS for them one by one
// takes longer than a function may run, and nothing of it could be kept for the next run.

/** So many devices with an enrollment each, all of which have moved; their stock is cleared. */
async function crowd(count: number): Promise<Scene> {
  const individualEnrollments = Array.from({ length: count }, (_, index) => {
    return { ...naming(`pump-${index}`), webhookUrl: WEBHOOK };
  });
  const scene = await renewedFrom(enrolled([{ individualEnrollments }]));
  await clearStock(scene);
  const newer = (await versionsOf(scene)).at(-1)?.thumbprint ?? '';
  for (const { id } of individualEnrollments) {
    record(scene, id, undefined);
    await scene.app.ports.attestations?.record({
      ...{ kind: 'individual', enrollment: id, registrationId: id, at: scene.clock.now, issuerThumbprints: [newer] },
      ...{ certificate: undefined, issuerName: undefined, thumbprints: [] },
    });
  }
  return scene;
}

describe('individual enrollments of one CA', () => {
  it('are asked each, where they are a few', async () => {
    const scene = await crowd(3);
    await turn(scene);
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ entry: OLD, reason: 'devices-moved' }]);
  });

  it('count as unknown where they are more than a thousand, until the older version has expired', async () => {
    const scene = await crowd(1001);
    await turn(scene);
    expect(await restOf(scene)).toMatchObject({
      reason: 'evidence-unavailable',
      detail: expect.stringMatching(/individual '[^']+' is one of too many to ask each/) as string,
    });
    expect(await entryNames(scene)).toContain(OLD);
    later(scene, 31);
    await turn(scene);
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ entry: OLD, reason: 'older-expired' }]);
    expect(scene.violations()).toEqual([]);
  });
});
