import type { PlannedCa, PlannedDate, PlannedStep } from '../../shared/operations/planned.ts';
import { heading } from '../terminal/heading.ts';
import { daysBetween, wrap } from '../terminal/layout.ts';
import { table } from '../terminal/table.ts';
import { stepText } from './step-text.ts';
import { dayOf, nameIn, thumbprintIn, type View } from './view.ts';

const MOST_NAME = 24;

interface Moment {
  readonly at: Date;
  readonly ca: string;
  readonly text: string;
}

/** Everything that has a date, in its order; nothing where nothing has one. */
export function dateLines(cas: readonly PlannedCa[], view: View): string[] {
  const moments = cas
    .flatMap(({ ca, next, dates }): Moment[] => [
      ...next.flatMap((step) => dueMoment(ca.name, step, view)),
      ...dates
        .filter(({ at, what }) => at > view.now || what === 'expires')
        .map((date) => ({ at: date.at, ca: ca.name, text: dateText(date, view) })),
    ])
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  if (moments.length === 0) return [];
  const rows = moments.map(({ at, ca }) => [
    at.getTime() === view.now.getTime() ? 'now' : dayOf(at, view),
    at.getTime() === view.now.getTime() ? '' : daysBetween(view.now, at).toLocaleString('en'),
    nameIn(ca, MOST_NAME, view),
    '|',
  ]);
  const columns = [{ title: 'date' }, { title: 'days', align: 'right' }, { title: 'CA' }, { title: 'what' }] as const;
  const [head = '', ...lines] = table(columns, rows);
  return [
    ...heading('What happens when', view.paint),
    `  ${view.paint('dim', head)}`,
    ...lines.flatMap((line, index) => {
      const prefix = line.slice(0, line.lastIndexOf('|'));
      const text = moments[index]?.text ?? '';
      const [first = '', ...rest] = view.width === undefined ? [text] : wrap(text, view.width - 2 - prefix.length);
      return [`  ${prefix}${first}`, ...rest.map((more) => `  ${' '.repeat(prefix.length)}${more}`)];
    }),
  ];
}

/** A step that is due; a wait has its end among the dates. */
function dueMoment(ca: string, step: PlannedStep, view: View): readonly Moment[] {
  if (step.step === 'wait' || step.at === undefined) return [];
  const [verb = ''] = stepText(step, view).text.split(' ');
  const where = step.lane === 'vault' ? '' : ` in ${view.nameOf(step.lane)}`;
  const then =
    step.step === 'request' ? ': a new generation, then its upload, its proof, and the enrollments move' : '';
  const detail = step.detail === undefined ? '' : ` (${step.detail})`;
  return [{ at: step.at, ca, text: `${verb}${where}${detail}${then}` }];
}

function dateText({ what, thumbprint, dps, earliest }: PlannedDate, view: View): string {
  const it = thumbprintIn(thumbprint, view);
  const where = dps === undefined ? '' : ` in ${view.nameOf(dps)}`;
  const atTheEarliest = earliest ? ', at the earliest' : '';
  const texts = {
    'window-opens': 'its renewal window opens, and it is renewed',
    'overlap-ends': `the overlap of ${it} with its successor ends${where}${atTheEarliest}`,
    'may-retire': `${it} retires${where}${atTheEarliest}`,
    expires: `${it} expires`,
  };
  return texts[what];
}
