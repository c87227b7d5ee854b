import { changeJson, type Pending } from './change-json.ts';
import { plannedLines, writtenLines } from './change-lines.ts';
import type { ConnectedDps } from './connect.ts';
import { type ChangeTask, plannedChange } from './planned-change.ts';
import { readTarget } from './read-target.ts';
import type { Talk } from './talk.ts';
import { type Written, writeChanges } from './write-changes.ts';

/**
 * Attaches or detaches: shows the differences, has them confirmed, writes. Returns the exit code: 0 done or nothing to
 * do, 1 not all done, 2 nobody there to confirm.
 */
export async function runChange(dps: ConnectedDps, task: ChangeTask, talk: Talk): Promise<number> {
  const changes = (await readTarget(dps, task.target)).map((enrollment) => plannedChange(enrollment, task));
  const pending = changes.map((planned): Pending => {
    return { outcome: planned.differences.length === 0 ? 'unchanged' : 'pending', planned };
  });
  const report = (all: readonly (Written | Pending)[]) => talk.data(changeJson(dps.name, task, all));
  talk.lines(plannedLines(changes, task, dps.name, talk.paint));
  if (pending.every(({ outcome }) => outcome === 'unchanged')) {
    report(pending);
    return 0;
  }
  const answer = await talk.confirm(`  Write this to ${dps.name}? (y/N) `);
  if (answer !== 'yes') {
    report(pending);
    if (answer === 'no') talk.lines(['', '  Nothing was changed.', '']);
    return answer === 'no' ? 1 : 2;
  }
  const written = await writeChanges(dps, changes);
  talk.lines(writtenLines(written, task, talk.paint));
  report(written);
  return written.every(({ outcome }) => outcome === 'changed' || outcome === 'unchanged') ? 0 : 1;
}
