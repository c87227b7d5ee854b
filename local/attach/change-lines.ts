import { KINDS } from '../../shared/azure/enrollment-records.ts';
import type { Enrollment } from '../../shared/ports.ts';
import { counted, wrap } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { POLICIES } from './detached-record.ts';
import type { Difference } from './differences.ts';
import type { ChangeTask, PlannedChange } from './planned-change.ts';
import type { Written } from './write-changes.ts';

/** What would be done, enrollment by enrollment: its members as they are (-) and as they would be (+). */
export function plannedLines(changes: readonly PlannedChange[], task: ChangeTask, dps: string, paint: Paint): string[] {
  const differing = changes.filter(({ differences }) => differences.length > 0);
  const same = changes.length - differing.length;
  if (differing.length === 0) return ['', ...paragraph(nothingText(changes, task, dps)), ''];
  return [
    ...differing.flatMap(({ enrollment, differences }) => [
      '',
      `  ${paint('bold', nameOf(enrollment))}`,
      ...differences.flatMap((difference) => differenceLines(difference, paint)),
    ]),
    '',
    ...paragraph(
      `Everything else in ${differing.length === 1 ? 'it' : 'them'} stays as it is.${same > 0 ? ` ${sameText(same, task)}` : ''}`,
    ),
  ];
}

/** What has been done. */
export function writtenLines(written: readonly Written[], task: ChangeTask, paint: Paint): string[] {
  return ['', ...written.flatMap((each) => outcomeLines(each, task, paint)), ''];
}

function outcomeLines(written: Written, task: ChangeTask, paint: Paint): string[] {
  const name = nameOf(written.planned.enrollment);
  switch (written.outcome) {
    case 'unchanged':
      return [];
    case 'changed':
      return [`  ${paint('green', '✓')} ${name}: ${task.action}ed`, ...undoLines(written.planned, task)];
    case 'not-tried':
      return [`  ${paint('yellow', '!')} ${name}: not tried`];
    case 'failed':
      return [`  ${paint('red', '✗')} ${name}`, ...below(`${written.message}.`)];
  }
}

function nothingText(changes: readonly PlannedChange[], task: ChangeTask, dps: string): string {
  const [only, ...others] = changes;
  if (only === undefined) return `Nothing to do: ${dps} has no enrollment group.`;
  if (others.length === 0) {
    const state = task.action === 'attach' ? 'is attached to this webhook already' : notAttached(task);
    return `Nothing to do: ${nameOf(only.enrollment)} ${state}.`;
  }
  return `Nothing to do. ${sameText(changes.length, task)}`;
}

function sameText(count: number, task: ChangeTask): string {
  const groups = counted(count, 'enrollment group');
  if (task.action === 'attach') return `${groups} ${count === 1 ? 'is' : 'are'} attached to this webhook already.`;
  return `${groups} ${count === 1 ? notAttached(task) : notAttached(task).replace('is', 'are')}.`;
}

function notAttached({ detachment }: Extract<ChangeTask, { action: 'detach' }>): string {
  return detachment.webhookUrl === undefined ? 'is attached to no webhook' : 'is not attached to this webhook';
}

function differenceLines({ path, from, to, note }: Difference, paint: Paint): string[] {
  const why = note === undefined ? '' : ` (${note})`;
  return [
    ...(from === undefined ? [] : [`    ${paint('red', `- ${path}: ${from}`)}`]),
    ...(to === undefined ? [] : [`    ${paint('green', `+ ${path}: ${to}`)}${why}`]),
  ];
}

/** Nothing remembers what was there before but this line. */
function undoLines({ enrollment, differences }: PlannedChange, task: ChangeTask): string[] {
  if (task.action === 'detach') return [];
  const policy = differences.find(({ path }) => path === 'allocationPolicy');
  if (policy === undefined) return [];
  const before = POLICIES.find((each) => each.toLowerCase() === policy.from?.toLowerCase());
  const target = enrollment.kind === 'group' ? '--group' : '--enrollment';
  return [`    undone by ${target} ${enrollment.id} --detach${before === undefined ? '' : ` --policy ${before}`}`];
}

function below(text: string): string[] {
  return wrap(text, 74).map((line) => `    ${line}`);
}

function nameOf({ kind, id }: Enrollment): string {
  return `${KINDS[kind].called} ${id}`;
}
