import type { Snapshot } from '../operations/snapshot.ts';
import { caCard, foldedCard } from './ca-card.ts';
import { type CaView, caViews } from './ca-view.ts';
import { fromNow, momentText, spanText } from './dates.ts';
import { countText, filtered, filterForm } from './filter-form.ts';
import { historySection } from './history-section.ts';
import { Html, html } from './html.ts';
import { icon } from './icons.ts';
import { namesIn } from './names-in.ts';
import { needsOf } from './needs.ts';
import { needsSection } from './needs-section.ts';
import { notesSection } from './notes-section.ts';
import { settingsSection } from './settings-section.ts';
import { type Standing, standingOf } from './standing.ts';
import type { StatusReport } from './status-report.ts';
import { STYLE } from './style.ts';
import { unmanagedSection } from './unmanaged-section.ts';

/** Of more CAs than these, those with which nothing is the matter are folded. */
const MOST_OPEN = 20;

/**
 * The status page: how everything stands, at a glance and then in full. One document without script, images or any other
 * request; what comes from Azure or from whoever enrolls devices stands in it as text.
 */
export function statusPage(report: StatusReport): string {
  const standing = standingOf(report);
  const { snapshot, settings } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${standing.headline} · DPS CA certificates</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<svg class="patterns" aria-hidden="true" width="0" height="0"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch-line" x1="0" x2="0" y1="0" y2="6"/></pattern>
<pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><line class="stripe" x1="0" x2="0" y1="0" y2="5"/></pattern>
</defs></svg>
<header class="top">
<p class="product">CA certificates of IoT Hub DPS</p>
${banner(standing, report)}
</header>
<main>
${settingsSection(settings)}
${snapshot ? content(snapshot, report) : firstSteps()}
</main>
<footer>${snapshot && lastLook(snapshot, report)}
<p>Read from a document that scans and renewals write: showing this page calls nothing in Azure. Times are UTC. The same as JSON: <code>Accept: application/json</code>.</p></footer>
</body>
</html>
`;
  return page.text;
}

function banner({ kind, headline, detail }: Standing, { snapshot, now }: StatusReport): Html {
  const age =
    snapshot &&
    html`<p class="age">Last scan <time datetime="${snapshot.at.toISOString()}">${fromNow(now, snapshot.at)}</time> · ${momentText(snapshot.at)}${snapshot.scan.mode === 'plan' && html` · <strong>MODE=plan</strong>: nothing is written`}</p>`;
  return html`<div class="banner ${kind}">${icon(kind)}<div><h1>${headline}</h1><p>${detail}</p>${age}</div></div>`;
}

function content(snapshot: Snapshot, { now, filter }: StatusReport): Html {
  const nameOf = namesIn(snapshot);
  const view = { now, nameOf, isPlanMode: snapshot.scan.mode === 'plan' };
  const all = caViews(snapshot);
  const shown = filtered(all, filter);
  const lost = (snapshot.leftOut.obstacles ?? 0) + (snapshot.leftOut.failures ?? 0);
  return html`${needsSection(needsOf(snapshot, nameOf), lost)}
<section aria-labelledby="cas"><h2 id="cas">Managed CAs</h2>
${
  all.length > 0
    ? html`${filterForm(snapshot, all, filter)}
<p class="count" role="status">${countText(shown.length, all.length, filter)}</p>
${legend()}`
    : html`<p>No CA is managed. One is, when a provisioning service of <code>DPS_RESOURCE_IDS</code> holds a version of a certificate in a vault of <code>KEY_VAULT_URLS</code>, or its tag <code>dps</code> says so.</p>`
}
${all.length > 0 && shown.length === 0 && html`<p>No CA matches this filter.</p>`}
${shown.map((ca, index) => (shown.length > MOST_OPEN && isQuiet(ca) ? foldedCard(ca, index, view) : caCard(ca, index, view)))}
</section>
${unmanagedSection(snapshot, view)}
${notesSection(snapshot, nameOf)}
${historySection(snapshot, now, nameOf)}`;
}

function isQuiet({ state }: CaView): boolean {
  return state === 'well' || state === 'overlap' || state === 'paused';
}

function legend(): Html {
  const sample = (shape: Html, text: string) =>
    html`<li><svg aria-hidden="true" width="28" height="14">${shape}</svg>${text}</li>`;
  return html`<ul class="legend">
${sample(html`<rect class="life past" y="2" width="28" height="10" rx="2"/>`, 'time gone')}
${sample(html`<rect class="life left" y="2" width="28" height="10" rx="2"/>`, 'time left')}
${sample(html`<rect class="window" x="1" y="1" width="26" height="12" rx="2"/>`, 'renewal window')}
${sample(html`<rect class="life left" y="2" width="28" height="10" rx="2"/><rect class="overlap" y="2" width="28" height="10"/>`, 'overlap: older and newer trusted')}
</ul>`;
}

function firstSteps(): Html {
  return html`<section aria-labelledby="first"><h2 id="first">What to do</h2><ol>
<li>Wait for the scan: it comes by <code>SCAN_SCHEDULE</code>, hourly by default. Or start it now: POST <code>/admin/functions/scan</code> with the master key.</li>
<li>If it has run and this page is still empty, read its log: <code>settings_invalid</code> and errors of the function <code>scan</code> say why.</li>
<li>The app writes this page’s document into the container <code>status</code> of the storage account behind <code>AzureWebJobsStorage</code>: its identity needs to read and write blobs there.</li>
</ol></section>`;
}

function lastLook({ scan, at, blind, cas }: Snapshot, { now }: StatusReport): Html {
  const renewed = cas.flatMap(({ renewedAt }) => renewedAt ?? []).sort((a, b) => b.getTime() - a.getTime())[0];
  return html`<p>The scan of ${momentText(at)} took ${(scan.durationMs / 1000).toFixed(1)} s, ${spanText(now.getTime() - at.getTime())} ago.
${renewed && `A renewal last added to it ${fromNow(now, renewed)}.`}
${blind && `The scan of ${momentText(blind.at)} saw nothing: ${blind.failures.map(({ target, message }) => `${target}: ${message}`).join('; ')}`}</p>`;
}
