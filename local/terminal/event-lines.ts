import type { EventDescription } from './describe-event.ts';
import { SCREEN_WIDTH, wrap } from './layout.ts';
import type { Paint } from './paint.ts';

const COLOURS = { good: 'green', neutral: 'yellow', bad: 'red' } as const;
const WORD_WIDTH = 9;

/** An event as lines for a screen: when, what, to what; below that, dimmed, why. `when` sets the indentation. */
export function eventLines(description: EventDescription, when: string, paint: Paint): string[] {
  const { word, tone, text, because } = description;
  const indent = ' '.repeat(2 + when.length + 2 + WORD_WIDTH + 2);
  const width = SCREEN_WIDTH - indent.length;
  const [first = '', ...rest] = wrap(text, width);
  return [
    `  ${paint('dim', when)}  ${paint(COLOURS[tone], word.padEnd(WORD_WIDTH))}  ${first}`.trimEnd(),
    ...rest.map((line) => `${indent}${line}`),
    ...because.flatMap((sentence) => wrap(sentence, width)).map((line) => `${indent}${paint('dim', line)}`),
  ];
}
