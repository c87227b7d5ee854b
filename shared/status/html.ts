/** Text that is HTML already: what `html` has made, or a constant. What comes from elsewhere never is, JSON included. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. Nothing stands for `undefined` and `false`, and lists for all that they hold. */
export type Part = Html | string | number | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * HTML from a template, in which everything that is put into it is escaped, unless this function has made it itself.
 * That holds for text between tags and for values of attributes in double quotes; nothing may be put anywhere else
 * (names of tags and attributes, script, style, addresses of links).
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(template.reduce((text, next, index) => `${text}${textOf(parts[index - 1])}${next}`));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
