import type { Plan } from '../../shared/operations/planned.ts';
import { counted } from '../terminal/layout.ts';
import { caLines } from './ca-lines.ts';
import { dateLines } from './date-lines.ts';
import { serviceLines } from './entry-lines.ts';
import { obstacleLines } from './obstacle-lines.ts';
import { below, lines, type View } from './view.ts';

const LEGEND = 'The bar is what is left of the lifetime; │ is where the renewal window opens.';

/** A plan as lines for people. */
export function planLines(plan: Plan, view: View): string[] {
  const hasBars = plan.provisioningServices.some((service) => service.kind === 'read' && service.entries.length > 0);
  return [
    ...plan.provisioningServices.flatMap((service) => serviceLines(service, view)),
    ...(hasBars ? ['', ...below(LEGEND, view, 2)] : []),
    ...caLines(plan, view),
    ...dateLines(plan.cas, view),
    ...obstacleLines(plan, view),
    '',
    ...conclusion(plan, view),
    ...below('Nothing was changed: a plan only reads.', view, 2),
    '',
  ];
}

/** The verdict in bold, and where a person is needed below it what else is due. */
function conclusion({ verdict, cas }: Plan, view: View): string[] {
  const due = cas.filter(({ next }) => next.some(({ step }) => !['wait', 'refuse', 'unknown'].includes(step)));
  const names = due.map(({ ca }) => ca.name).join(', ');
  const have = `${due.length} of ${counted(cas.length, 'managed CA')} ${due.length === 1 ? 'has' : 'have'} a step to take`;
  const steps = due.length === 0 ? 'No step is due.' : `${have}: ${names}.`;
  const bold = (colour: 'red' | 'yellow' | 'green', text: string) => lines(text, view, 2, ['bold', colour]);
  switch (verdict) {
    case 'attention':
      return [...bold('red', 'Something needs a person: see what is in the way.'), ...lines(steps, view, 2)];
    case 'due':
      return bold('yellow', steps);
    case 'nothing-due':
      return bold('green', steps);
  }
}
