/** Columns that every line but a command to paste keeps to. */
export const SCREEN_WIDTH = 80;

/** Breaks text at spaces into lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A thumbprint by its first eight characters, enough to tell a handful apart. */
export function shortThumbprint(thumbprint: string): string {
  return `${thumbprint.slice(0, 8)}…`;
}

/** A name in at most `width` characters; a thumbprint at its end is shortened first. */
export function shortName(name: string, width: number): string {
  const short = name.replace(/[0-9A-F]{40}$/, shortThumbprint);
  return short.length <= width ? short : `${short.slice(0, width - 1)}…`;
}

/** Days from `now` to `time`, rounded, negative when it has passed. */
export function daysBetween(now: Date, time: Date): number {
  return Math.round((time.getTime() - now.getTime()) / 86_400_000);
}

/** Seconds with the precision that tells steps apart: 0.34 s, 12.3 s. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** A number with its noun, in the plural unless it is one. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
