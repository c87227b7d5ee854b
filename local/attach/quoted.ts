/** So much of what a stranger says is shown. */
const MOST_SHOWN = 300;

/** A text of somebody else for a line of ours: without control characters, and no longer than 300 characters. */
export function quoted(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return clean.length <= MOST_SHOWN ? clean : `${clean.slice(0, MOST_SHOWN - 1)}…`;
}
