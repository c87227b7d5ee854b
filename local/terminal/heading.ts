import type { Paint } from './paint.ts';

/** A heading with an empty line above it. */
export function heading(text: string, paint: Paint): string[] {
  return ['', `  ${paint('bold', text)}`];
}
