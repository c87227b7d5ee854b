import { readSnapshot } from '../../shared/operations/read-snapshot.ts';
import type { Snapshot } from '../../shared/operations/snapshot.ts';
import type { Scene } from './scene.ts';

/** The snapshot as the page would read it. */
export async function snapshotIn({ app }: Scene): Promise<Snapshot> {
  const found = readSnapshot((await app.ports.documents.read('latest.json'))?.value);
  if (found === undefined) throw new Error('No snapshot has been written');
  return found;
}
