import type { Happening, Snapshot } from '../operations/snapshot.ts';
import { dayTag, fromNow, momentText } from './dates.ts';
import { type Html, html } from './html.ts';
import { thumbprintTag } from './thumbprint.ts';

const TEXTS: Readonly<Partial<Record<Happening['event'], string>>> = {
  certificate_requested: 'a new generation was requested',
  certificate_issued: 'the new generation is in the vault',
  certificate_uploaded: 'uploaded',
  possession_proven: 'possession proved: verified',
  certificate_trusted: 'the newest generation is trusted everywhere',
  certificate_retired: 'the older generation has retired',
  version_disabled: 'a version that a renewal left behind was disabled',
  renewal_refused: 'refused',
  renewal_abandoned: 'a renewal was given up',
};

/** What has happened of late, the newest first. */
export function historySection({ history }: Snapshot, now: Date, nameOf: (text: string) => string): Html | undefined {
  if (history.length === 0) return undefined;
  return html`<section aria-labelledby="history"><h2 id="history">What has happened</h2>
<ol class="history">${history.map((each) => historyItem(each, now, nameOf))}</ol></section>`;
}

function historyItem(happening: Happening, now: Date, nameOf: (text: string) => string): Html {
  const { at, event, ca, dps, thumbprint, notAfter, reason, message } = happening;
  const isRefused = event === 'renewal_refused' || event === 'renewal_abandoned';
  return html`<li><time datetime="${at.toISOString()}" title="${momentText(at)}">${fromNow(now, at)}</time>
<div><strong>${ca ?? 'the app'}</strong>${dps && ` in ${nameOf(dps)}`}: <span${isRefused && html` class="no"`}>${isRefused && '✗ '}${TEXTS[event] ?? event}</span>${thumbprint && html` (${thumbprintTag(thumbprint)}${notAfter && html`, until ${dayTag(notAfter)}`})`}${reason && html` <code>${reason}</code>`}${isRefused && message && html`<br><span class="quiet">${nameOf(message)}</span>`}</div></li>`;
}
