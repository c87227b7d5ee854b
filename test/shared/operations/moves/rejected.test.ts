import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../local/emulator/service.ts';
import {
  enrolled,
  eventsNamed,
  liveThrough,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
  uploadedEntry,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

/** Enrollments of which DPS takes no change at all, listed before all others. */
const REJECTED = Array.from({ length: 7 }, (_, index) => `a-rejected-${index}`);
const TAKEN = ['b-taken-1', 'b-taken-2'];

async function scene(): Promise<Scene> {
  const enrollmentGroups = [...REJECTED, ...TAKEN].map((id) => naming(id));
  const made = await createScene(enrolled([{ enrollmentGroups }]), new Date(), { wishes: RETIRE_AFTER_OVERLAP });
  made.intercept = (method, path) => {
    if (method === 'PUT' && path.includes('a-rejected')) throw new ServiceError('not like this', { status: 400 });
  };
  return made;
}

describe('enrollments that DPS lets nobody change', () => {
  it('keep none of the others from moving, however many they are, and are refused once a day', async () => {
    const made = await scene();
    await turn(made);
    const references = await operatorOf(made).references();
    for (const id of TAKEN) {
      expect(references[id]).toMatchObject({ caReferences: { primary: uploadedEntry(made), secondary: OLD } });
    }
    await liveThrough(made, 3);
    expect(eventsNamed(made, 'renewal_refused')).toHaveLength(4);
    expect(eventsNamed(made, 'renewal_refused')[0]).toMatchObject({ reason: 'enrollment-rejected' });
    expect(made.violations()).toEqual([]);
  });
});
