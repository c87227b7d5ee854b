import { SCREEN_WIDTH, wrap } from './layout.ts';

/** Running text, indented like everything else. */
export function paragraph(text: string): string[] {
  return wrap(text, SCREEN_WIDTH - 4).map((line) => `  ${line}`);
}
