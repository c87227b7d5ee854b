/** Whether a text is of a glob's form. */
export type Glob = (text: string) => boolean;

/**
 * Compiles a glob: `*` stands for any characters or none, `?` for exactly one, everything else for itself without
 * regard to case; there is no escape. Matching takes at most text times pattern steps, whatever is in them: a star that
 * was passed is never gone back to, since what lies before it has its best match already.
 */
export function compileGlob(pattern: string): Glob {
  const lower = pattern.toLowerCase();
  const wanted = [...lower];
  // Most texts differ from most patterns at once, and need no taking apart.
  const [beginning = ''] = lower.split(/[*?]/, 1);
  return (text) => {
    const given = text.toLowerCase();
    return given.startsWith(beginning) && matches(wanted, [...given]);
  };
}

function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  /** Behind the last star, and where the text after it is tried from. */
  let resume: { pattern: number; text: number } | undefined;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      at += 1;
      resume = { pattern: at, text: index };
    } else if (pattern[at] === '?' || pattern[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (resume !== undefined) {
      resume.text += 1;
      at = resume.pattern;
      index = resume.text;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((character) => character === '*');
}
