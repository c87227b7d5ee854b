import type { Obstacle, Plan } from '../../shared/operations/planned.ts';
import { toPem } from '../../shared/x509/pem.ts';
import { heading } from '../terminal/heading.ts';
import { below, lines, type View } from './view.ts';

const MARKS = { attention: ['✗', 'red'], note: ['·', 'yellow'] } as const;

/** What is in the way, what a person must see first; nothing where nothing is. */
export function obstacleLines({ obstacles, missingPermissions, failures }: Plan, view: View): string[] {
  const { nameOf } = view;
  // What failed for want of a permission is said by its name.
  const others = failures.filter(({ message }) => !missingPermissions.some((each) => message.includes(each.message)));
  const of = (severity: Obstacle['severity']) => obstacles.filter((each) => each.severity === severity);
  const found = [
    ...missingPermissions.flatMap(({ permission, target, message }) =>
      marked('attention', `permission missing on ${nameOf(target)}: ${permission}`, nameOf(message), view),
    ),
    ...others.flatMap(({ target, message }) =>
      marked('attention', `${nameOf(target)} could not be read`, nameOf(message), view),
    ),
    ...of('attention').flatMap((each) => obstacleOf(each, view)),
    ...of('note').flatMap((each) => obstacleOf(each, view)),
  ];
  return found.length === 0 ? [] : [...heading('What is in the way', view.paint), ...found];
}

function obstacleOf({ severity, reason, ca, dps, entry, message, csr }: Obstacle, view: View): string[] {
  const where = dps === undefined ? '' : ` in ${view.nameOf(dps)}`;
  const what = entry === undefined ? (ca?.name ?? '') : `entry ${entry}`;
  const place = `${what}${where}`.trim();
  const title = place === '' ? reason : `${place}: ${reason}`;
  // To be pasted into a file, so without indentation.
  const request =
    csr === undefined ? [] : toPem(Buffer.from(csr, 'base64'), 'CERTIFICATE REQUEST').trimEnd().split('\n');
  return [...marked(severity, title, view.nameOf(message), view), ...request];
}

function marked(severity: Obstacle['severity'], title: string, text: string, view: View): string[] {
  const [mark, colour] = MARKS[severity];
  return [...lines(`${mark} ${title}`, view, 2, colour), ...below(text, view)];
}
