import type { Plan } from '../../shared/operations/planned.ts';
import { namesIn } from '../../shared/status/names-in.ts';
import { shortName, shortThumbprint, wrap } from '../terminal/layout.ts';
import type { Paint, Style } from '../terminal/paint.ts';

/** How a plan is shown. */
export interface View {
  readonly now: Date;
  /** Columns of the terminal; `undefined` in a pipe, where no line is broken and nothing is shortened. */
  readonly width: number | undefined;
  readonly paint: Paint;
  /** Puts names in the place of vault URLs and resource ids. */
  readonly nameOf: (text: string) => string;
}

/** Where all names are as short as they may be. */
const NARROWEST = 72;
const WIDEST = 160;

/**
 * The view of a plan on a stream.
 * @param columns of the terminal; `undefined` where the stream is none
 */
export function createView(plan: Plan, columns: number | undefined, paint: Paint): View {
  return {
    now: plan.at,
    width: columns === undefined ? undefined : Math.min(Math.max(columns, NARROWEST), WIDEST),
    paint,
    nameOf: namesIn(plan),
  };
}

/** Text in as many lines as the width needs, indented; without a style as it is. */
export function lines(text: string, { width, paint }: View, indent: number, style?: Style): string[] {
  const broken = width === undefined ? [text] : wrap(text, width - indent);
  return broken.map((line) => `${' '.repeat(indent)}${style === undefined ? line : paint(style, line)}`);
}

/** Text below something, dimmed. */
export function below(text: string, view: View, indent = 4): string[] {
  return lines(text, view, indent, 'dim');
}

/** A thumbprint: whole in a pipe. */
export function thumbprintIn(thumbprint: string, { width }: View): string {
  return width === undefined ? thumbprint : shortThumbprint(thumbprint);
}

/** A name in its column: whole in a pipe. */
export function nameIn(name: string, most: number, { width }: View): string {
  return width === undefined ? name : shortName(name, most);
}

/** The date of a moment, UTC; with the time where it is today or tomorrow. */
export function dayOf(time: Date, { now }: View): string {
  const text = time.toISOString();
  const isNear = Math.abs(time.getTime() - now.getTime()) < 2 * 86_400_000;
  return isNear ? `${text.slice(0, 10)} ${text.slice(11, 16)}` : text.slice(0, 10);
}
