import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Gives text a style, or none where the reader cannot see it. The text's width on the screen stays the same. */
export type Paint = (style: Style, text: string) => string;

/** Styles for a stream: none in a pipe or with NO_COLOR (no-color.org). */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** No style at all. */
export const plain: Paint = (_style, text) => text;
