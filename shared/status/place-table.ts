import type { PlannedEntry, PlannedReferences } from '../operations/planned.ts';
import type { Place } from './ca-view.ts';
import { counted, fromNow } from './dates.ts';
import { type Html, html } from './html.ts';
import { entryTag } from './thumbprint.ts';

interface View {
  readonly now: Date;
}

/** Where a CA's generations are: each entry of each DPS, what refers to it, and how far the move to the newest is. */
export function placeTable(places: readonly Place[], view: View): Html {
  return html`<table class="places"><caption class="hidden">Where it is</caption>
<thead><tr><th scope="col">DPS</th><th scope="col">Entry</th><th scope="col">Verified</th><th scope="col">Enrollments</th></tr></thead>
<tbody>${places.map((place) => [unreadRow(place), missingRow(place), place.entries.map((entry) => entryRow(entry, place, view))])}</tbody></table>`;
}

function unreadRow({ name, isRead }: Place): Html | undefined {
  if (isRead) return undefined;
  return html`<tr><td data-label="DPS">${name}</td>
<td data-label="Entry" colspan="3"><span class="no">✗ could not be read</span></td></tr>`;
}

function missingRow({ name, missing }: Place): Html | undefined {
  if (missing === undefined) return undefined;
  return html`<tr><td data-label="DPS">${name}</td>
<td data-label="Entry" colspan="3">the newest generation is not here yet: ${missing.explanation}</td></tr>`;
}

function entryRow(entry: PlannedEntry, place: Place, { now }: View): Html {
  const { name, thumbprint, generation, isVerified, references, devices, next } = entry;
  const rank = generation ?? 'unknown';
  const leaves = next?.towards === 'retire' && next.at && next.at > now ? `, may go ${fromNow(now, next.at)}` : '';
  return html`<tr><td data-label="DPS">${place.name}</td>
<td data-label="Entry"><span class="rank ${rank}">${rank}</span> ${entryTag(name, thumbprint)}${name === undefined && ' (embedded only)'}</td>
<td data-label="Verified">${verifiedText(isVerified)}</td>
<td data-label="Enrollments">${referenceText(references)}${leaves}${generation === 'newest' && moving(references, place)}${devices && devicesText(devices)}</td></tr>`;
}

function verifiedText(isVerified: boolean | undefined): Html {
  if (isVerified === undefined) return html`<span class="quiet">no entry</span>`;
  return isVerified ? html`<span class="yes">✓ verified</span>` : html`<span class="no">✗ not verified</span>`;
}

function referenceText(references: PlannedReferences | undefined): string {
  if (references === undefined) return 'not read';
  const atLeast = references.isComplete ? '' : 'at least ';
  return `${atLeast}${references.count === 0 && references.isComplete ? 'none' : counted(references.count, 'enrollment')}`;
}

/** How far enrollments have moved, where a move is under way. */
function moving(references: PlannedReferences | undefined, { step }: Place): Html | undefined {
  const left = step?.step === 'move' ? step.count : undefined;
  if (left === undefined || references === undefined) return undefined;
  return bar(references.count, references.count + left, `${counted(left, 'enrollment')} still to move`);
}

/** What is proved of the devices under an older generation. */
function devicesText({ moved, old, unknown }: NonNullable<PlannedEntry['devices']>): Html {
  const all = moved + old + unknown;
  const text = `${counted(moved, 'device')} of ${all.toLocaleString('en')} moved, ${old} still under it, ${unknown} unknown`;
  return all === 0 ? html`<span class="progress">no device has registered</span>` : bar(moved, all, text);
}

function bar(done: number, all: number, text: string): Html {
  const share = all === 0 ? 0 : (done / all) * 100;
  return html`<span class="progress"><svg aria-hidden="true" width="100%" height="6"><rect class="groove" width="100%" height="6" rx="3"/><rect class="done" width="${share.toFixed(1)}%" height="6" rx="3"/></svg>${text}</span>`;
}
