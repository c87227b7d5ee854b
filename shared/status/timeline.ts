import { dayText, monthText } from './dates.ts';
import { type Html, html } from './html.ts';

/** One generation in the picture. */
export interface Bar {
  readonly label: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Where the renewal window opens; of the newest generation alone. */
  readonly windowOpens?: Date | undefined;
  /** The time in which it is trusted beside a newer one. */
  readonly overlap?: { readonly from: Date; readonly to: Date } | undefined;
}

const TOP = 22;
const ROW = 36;
const BAR = 10;
const AXIS = 24;
const MONTH = 30.44 * 86_400_000;

/** Months between two ticks, by the months that are shown: no more than seven ticks. */
const TICKS = [1, 3, 6, 12, 24, 60, 120, 240];

/**
 * The lives of a CA's generations, the newest on top, as a picture that is as wide as its place: every x is a percentage,
 * so nothing is scaled and no script has to lay it out. What it shows stands in its label in words, and in a table.
 * @param bars at least one
 */
export function timeline(bars: readonly Bar[], now: Date): Html {
  const from = Math.min(now.getTime(), ...bars.map(({ notBefore }) => notBefore.getTime()));
  const until = Math.max(now.getTime(), ...bars.map(({ notAfter }) => notAfter.getTime()));
  const pad = (until - from || MONTH) * 0.02;
  const start = from - pad;
  const length = until + pad - start;
  const x = (time: Date) => Math.min(Math.max(((time.getTime() - start) / length) * 100, 0), 100);
  const height = TOP + bars.length * ROW + AXIS;
  return html`<svg class="timeline" role="img" aria-label="${describe(bars, now)}" width="100%" height="${height}">
${ticks(start, length, x, height)}
<line class="today" x1="${at(x(now))}" x2="${at(x(now))}" y1="14" y2="${height - AXIS}"/>
${bars.map((bar, index) => row(bar, TOP + index * ROW, x, now))}
<text class="today-label ${anchorOf(x(now))}" x="${at(x(now))}" y="10">today</text>
</svg>`;
}

/** One generation's life as a thin line without words, for a list: what it shows stands beside it. */
export function strip({ notBefore, notAfter, windowOpens }: Bar, now: Date): Html {
  const length = notAfter.getTime() - notBefore.getTime() || 1;
  const x = (time: Date) => Math.min(Math.max(((time.getTime() - notBefore.getTime()) / length) * 100, 0), 100);
  const window = windowOpens && x(windowOpens);
  return html`<svg class="strip" aria-hidden="true" height="8"><rect class="life past" width="100%" height="8" rx="2"/><rect class="life left" x="${at(x(now))}" width="${at(100 - x(now))}" height="8" rx="2"/>${window !== undefined && html`<rect class="window" x="${at(window)}" width="${at(100 - window)}" height="8" rx="2"/>`}</svg>`;
}

function row(bar: Bar, y: number, x: (time: Date) => number, now: Date): Html {
  const { notBefore, notAfter, windowOpens, overlap, label } = bar;
  const top = y + 16;
  const left = x(notBefore);
  const isOver = notAfter <= now;
  const present = Math.min(Math.max(x(now), left), x(notAfter));
  return html`<text class="bar-label" ${placeOf(left, x(notAfter))} y="${y + 11}">${label}, until ${dayText(notAfter)}</text>
<rect class="${isOver ? 'life over' : 'life past'}" x="${at(left)}" y="${top}" width="${at(Math.max(x(notAfter) - left, 0))}" height="${BAR}" rx="2"/>
${!isOver && html`<rect class="life left" x="${at(present)}" y="${top}" width="${at(Math.max(x(notAfter) - present, 0))}" height="${BAR}" rx="2"/>`}
${overlap && html`<rect class="overlap" x="${at(x(overlap.from))}" y="${top}" width="${at(Math.max(x(overlap.to) - x(overlap.from), 0))}" height="${BAR}"/>`}
${windowOpens && html`<rect class="window" x="${at(x(windowOpens))}" y="${top - 2}" width="${at(Math.max(x(notAfter) - x(windowOpens), 0))}" height="${BAR + 4}" rx="2"/>`}
`;
}

function ticks(start: number, length: number, x: (time: Date) => number, height: number): readonly Html[] {
  const months = length / MONTH;
  const step = TICKS.find((each) => months / each <= 7) ?? 600;
  const first = new Date(start);
  const begin = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / step) * step;
  const found: Html[] = [];
  for (let month = begin, index = 0; ; month += step) {
    const time = new Date(Date.UTC(Math.floor(month / 12), month % 12));
    if (time.getTime() > start + length) return found;
    const position = x(time);
    if (time.getTime() < start || position < 5 || position > 95) continue;
    const label = step >= 12 ? String(time.getUTCFullYear()) : monthText(time);
    found.push(html`<line class="tick" x1="${at(position)}" x2="${at(position)}" y1="16" y2="${height - AXIS}"/>
<text class="tick-label${index % 2 === 1 && ' minor'}" x="${at(position)}" y="${height - 8}">${label}</text>`);
    index += 1;
  }
}

function at(percent: number): string {
  return `${percent.toFixed(2)}%`;
}

/** So that no label runs out of the picture. */
function anchorOf(position: number): string {
  if (position < 6) return 'at-start';
  return position > 94 ? 'at-end' : 'at-middle';
}

/** A label begins where its bar does, unless it might run out of the picture on a phone. */
function placeOf(left: number, right: number): Html {
  return left <= 25 ? html`x="${at(left)}"` : html`x="${at(Math.max(right, 75))}" text-anchor="end"`;
}

function describe(bars: readonly Bar[], now: Date): string {
  const lives = bars.map(({ label, notBefore, notAfter, windowOpens, overlap }) => {
    const life = `${label}: valid from ${dayText(notBefore)} to ${dayText(notAfter)}`;
    const window = windowOpens ? `, renewal window from ${dayText(windowOpens)}` : '';
    const both = overlap ? `, trusted beside a newer one from ${dayText(overlap.from)} to ${dayText(overlap.to)}` : '';
    return `${life}${window}${both}`;
  });
  return `Timeline. ${lives.join('. ')}. Today is ${dayText(now)}.`;
}
