import { describe, expect, it } from 'vitest';
import { renewMessage } from '../../../../shared/operations/renew-message.ts';
import { counted } from '../../../support/counts.ts';
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
  uploadedEntry,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const MINUTE_MS = 60_000;
const MANY = counted(2_500, 20_000);
/** A few more than are held in memory. */
const NOT_HELD = 1_010;
const OPERATIONS_A_MINUTE = 500;

async function manyEnrolled(count: number): Promise<Scene> {
  const individualEnrollments = Array.from({ length: count }, (_, index) => naming(`press-${index}`));
  const seed = enrolled([{ enrollmentGroups: [naming('line-1')], individualEnrollments }]);
  return createScene(seed, new Date(), { wishes: RETIRE_AFTER_OVERLAP });
}

/** Delivers a message, and whatever it puts back, each with two minutes of time; returns how many there were. */
async function deliver(scene: Scene): Promise<number> {
  const pause = async (milliseconds: number) => {
    scene.clock.now = new Date(scene.clock.now.getTime() + milliseconds);
  };
  const app = { ...scene.app, ports: { ...scene.app.ports, pause } };
  let message: unknown = CA;
  let messages = 0;
  while (message !== undefined && messages < MANY / 100) {
    messages += 1;
    message = await renewMessage(
      { ...app, deadline: new Date(scene.clock.now.getTime() + 2 * MINUTE_MS) },
      message,
      'r',
    );
  }
  return messages;
}

/** When, by the scene's clock, each enrollment was written. */
function watchWrites(scene: Scene): { readonly at: number; readonly path: string }[] {
  const writes: { at: number; path: string }[] = [];
  scene.intercept = (method, path) => {
    if (method === 'PUT' && /\/enrollment(Group)?s\//.test(path)) writes.push({ at: scene.clock.now.getTime(), path });
  };
  return writes;
}

function mostInAMinute(writes: readonly { readonly at: number }[]): number {
  let first = 0;
  return writes.reduce((most, { at }, index) => {
    while ((writes[first]?.at ?? at) <= at - MINUTE_MS) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

async function holding(scene: Scene, secondary: string | null): Promise<number> {
  const wanted = JSON.stringify({ primary: uploadedEntry(scene), secondary });
  const references = Object.values(await operatorOf(scene).references()) as { caReferences?: unknown }[];
  return references.filter(({ caReferences }) => JSON.stringify(caReferences) === wanted).length;
}

describe('so many enrollments that they are not held', () => {
  it('move over several messages, each once, at half of the quota; and the old one goes the same way', async () => {
    const scene = await manyEnrolled(MANY);
    const writes = watchWrites(scene);
    expect(await deliver(scene)).toBeGreaterThan(2);
    expect(await holding(scene, OLD)).toBe(MANY + 1);
    expect(new Set(writes.map(({ path }) => path)).size).toBe(MANY + 1);
    expect(writes).toHaveLength(MANY + 1);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(MANY + 1);
    expect(mostInAMinute(writes)).toBeLessThanOrEqual(OPERATIONS_A_MINUTE);
    expect(eventsNamed(scene, 'certificate_trusted')).toHaveLength(1);
    expect(eventsNamed(scene, 'renewal_settled')).toHaveLength(1);

    later(scene, 31);
    writes.length = 0;
    expect(await deliver(scene)).toBeGreaterThan(2);
    expect(await holding(scene, null)).toBe(MANY + 1);
    expect(writes).toHaveLength(MANY + 1);
    expect(mostInAMinute(writes)).toBeLessThanOrEqual(OPERATIONS_A_MINUTE);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(eventsNamed(scene, 'certificate_retired')).toHaveLength(1);
    expect(eventsNamed(scene, 'certificate_trusted')).toHaveLength(1);
    expect(scene.violations()).toEqual([]);
  });

  it('take in somebody who comes to the old one while they are released, and its entry stays for that', async () => {
    const scene = await manyEnrolled(NOT_HELD);
    await deliver(scene);
    later(scene, 31);
    const writes = watchWrites(scene);
    const { intercept } = scene;
    scene.intercept = async (method, path) => {
      await intercept(method, path);
      if (writes.length === NOT_HELD) await operatorOf(scene).add('individual', 'late', OLD);
    };
    await deliver(scene);
    scene.intercept = () => undefined;
    await deliver(scene);
    expect(await holding(scene, OLD)).toBe(1);
    expect(await holding(scene, null)).toBe(NOT_HELD + 1);
    expect(await entryNames(scene)).toContain(OLD);
    later(scene, 31);
    await deliver(scene);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });

  it('fail, and are not put back for ever, where reading them takes all of the time', async () => {
    const scene = await manyEnrolled(NOT_HELD);
    scene.intercept = (_method, path) => {
      if (path.endsWith('/enrollments/query')) later(scene, 3 / (24 * 60));
    };
    // The first also issues, uploads and proves.
    await expect(deliver(scene)).rejects.toThrow('No time');
    await expect(deliver(scene)).rejects.toThrow('No time');
    expect(eventsNamed(scene, 'enrollment_moved')).toEqual([]);
  });
});
