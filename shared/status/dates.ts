import { type Html, html } from './html.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day as people write it, in UTC: `2 Jan 2027`. */
export function dayText(time: Date): string {
  return `${time.getUTCDate()} ${monthText(time)}`;
}

/** A month, in UTC: `Jan 2027`. */
export function monthText(time: Date): string {
  return `${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
}

/** A day with its time of day: `2 Jan 2027, 08:15 UTC`. */
export function momentText(time: Date): string {
  return `${dayText(time)}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** A span of time in the unit that fits it: `41 days`, `3 hours`; years from two on, with a tenth. */
export function spanText(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < MINUTE) return 'less than a minute';
  if (length < HOUR) return counted(Math.round(length / MINUTE), 'minute');
  if (length < 2 * DAY) return counted(Math.round(length / HOUR), 'hour');
  if (length < 2 * YEAR) return counted(Math.round(length / DAY), 'day');
  return `${(length / YEAR).toFixed(1).replace(/\.0$/, '')} years`;
}

/** How far a moment is away: `in 41 days`, `3 hours ago`. */
export function fromNow(now: Date, time: Date): string {
  const away = time.getTime() - now.getTime();
  return away >= 0 ? `in ${spanText(away)}` : `${spanText(away)} ago`;
}

/** A day as both: how far away, and which. The exact moment is there for machines and on hover. */
export function timeTag(now: Date, time: Date): Html {
  return html`<time datetime="${time.toISOString()}" title="${momentText(time)}">${fromNow(now, time)} · ${dayText(time)}</time>`;
}

/** A day alone. */
export function dayTag(time: Date): Html {
  return html`<time datetime="${time.toISOString()}" title="${momentText(time)}">${dayText(time)}</time>`;
}

/** A number with its noun, in the plural unless it is one. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}
