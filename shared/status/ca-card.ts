import { isDue, type PlannedGeneration, type PlannedIssuer, type PlannedStep } from '../operations/planned.ts';
import { CA_STATES, type CaView, type Place } from './ca-view.ts';
import { dateList } from './date-list.ts';
import { counted, dayTag, fromNow, timeTag } from './dates.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import { overlapOf } from './overlap.ts';
import { placeTable } from './place-table.ts';
import { type Bar, strip, timeline } from './timeline.ts';

/** How a card is shown. */
export interface View {
  readonly now: Date;
  readonly nameOf: (text: string) => string;
  readonly isPlanMode: boolean;
}

const MOST_BARS = 4;

/** Everything about one CA: how it stands, its generations over time, where they are, and what comes next. */
export function caCard(ca: CaView, index: number, view: View): Html {
  const heading = `ca-${index + 1}`;
  const { lead, why } = nextOf(ca, view);
  return html`<article class="ca" aria-labelledby="${heading}">
<header>${title(ca, heading, view)}${statePill(ca)}</header>
<p class="next"><strong>${lead}</strong> ${why}</p>
${body(ca, view)}
</article>`;
}

/** The same in one line, which opens. */
export function foldedCard(ca: CaView, index: number, view: View): Html {
  const heading = `ca-${index + 1}`;
  const [newest] = barsOf(ca, view.now);
  return html`<article class="ca folded" aria-labelledby="${heading}"><details>
<summary>${title(ca, heading, view)}${newest && strip(newest, view.now)}<span class="next">${nextOf(ca, view).lead}</span>${statePill(ca)}</summary>
${body(ca, view)}
</details></article>`;
}

function title({ ca }: CaView, id: string, { nameOf }: View): Html {
  return html`<h3 id="${id}">${ca.name}<span class="vault"> in ${nameOf(ca.vaultUrl)}</span></h3>`;
}

function statePill({ state }: CaView): Html {
  return html`<span class="state ${state}">${icon(state)}${CA_STATES[state]}</span>`;
}

function body(ca: CaView, view: View): Html {
  const { now } = view;
  const places = ca.places.filter(isWorthARow);
  return html`${ca.generations.length > 0 && html`<div class="picture">${timeline(barsOf(ca, now), now)}${olderLine(ca)}</div>`}
${places.length > 0 ? placeTable(places, view) : html`<p class="quiet">${homeless(ca)}</p>`}
<details>
<summary>Details<span class="hidden"> of ${ca.ca.name}</span></summary>
<div class="facts">
${generationTable(ca, now)}
<p>${issuerLine(ca.issuer, now)}${ca.renewedAt && html` A renewal last worked on this CA ${timeTag(now, ca.renewedAt)}.`}</p>
${dateList(ca, view)}
${laneList(ca.next, view)}
</div>
</details>`;
}

function olderLine({ generationCount }: CaView): Html | undefined {
  const more = generationCount - MOST_BARS;
  return more > 0 ? html`<p class="quiet">${counted(more, 'older generation')} not in the picture.</p>` : undefined;
}

function barsOf(ca: CaView, now: Date): readonly Bar[] {
  const { generations, windowOpens } = ca;
  return generations.slice(0, MOST_BARS).map((generation, index): Bar => {
    const newer = generations[index - 1];
    const { notBefore, notAfter, thumbprint } = generation;
    return {
      label: `${index === 0 ? 'newest' : 'older'} ${thumbprint.slice(0, 8)}`,
      notBefore,
      notAfter,
      ...(index === 0 && { windowOpens }),
      ...(newer && { overlap: overlapOf(generation, newer, ca, now) }),
    };
  });
}

/** What comes next and when, and why. */
interface Next {
  readonly lead: Html;
  readonly why?: Html;
}

function nextOf(ca: CaView, { now, nameOf, isPlanMode }: View): Next {
  const [first] = ca.obstacles.filter(({ severity }) => severity === 'attention');
  if (first) return { lead: html`${nameOf(first.message)}`, why: html`<code>${first.reason}</code>` };
  const open = ca.next.find(({ step }) => step === 'refuse' || step === 'unknown');
  if (open) return { lead: html`${open.explanation}`, why: html`${open.detail && `(${nameOf(open.detail)})`}` };
  const paused = ca.next.find(({ reason }) => reason === 'paused');
  if (paused) return { lead: html`${paused.explanation}` };
  const due = ca.next.find(isDue);
  if (due)
    return {
      lead: html`${isPlanMode ? 'Would be done now' : 'Done next'}: ${VERBS[due.step] ?? due.step}.`,
      why: whyOf(due),
    };
  const leaving = earliest(
    ca.places.flatMap(({ entries }) => entries.flatMap(({ next }) => next ?? [])).filter(isLeaving),
  );
  if (leaving?.at) return { lead: html`The older generation may go ${timeTag(now, leaving.at)}.`, why: whyOf(leaving) };
  if (ca.windowOpens && ca.windowOpens > now) return { lead: html`Renews ${timeTag(now, ca.windowOpens)}.` };
  return { lead: html`${ca.next[0]?.explanation}` };
}

function whyOf({ explanation, reason }: PlannedStep): Html {
  return html`${explanation} <code>${reason}</code>`;
}

const VERBS: Readonly<Record<string, string>> = {
  request: 'a new generation is requested',
  issue: 'the new generation is signed',
  tidy: 'what a renewal left behind is tidied away',
  upload: 'the newest generation is uploaded',
  prove: 'its possession is proved',
  move: 'enrollments move to the newest generation',
  retire: 'the older generation retires',
  wait: 'its issuer is renewed first',
};

function isLeaving({ towards }: PlannedStep): boolean {
  return towards === 'retire';
}

function earliest(steps: readonly PlannedStep[]): PlannedStep | undefined {
  const dated = steps.filter(({ at }) => at !== undefined);
  return dated.toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))[0];
}

function isWorthARow({ entries, missing, isRead }: Place): boolean {
  return !isRead || entries.length > 0 || missing !== undefined;
}

function homeless({ places, next }: CaView): string {
  if (next.some(({ step }) => step === 'unknown')) return 'Which provisioning services hold it could not be told.';
  return places.length > 0
    ? 'No provisioning service that could be read holds a generation of it.'
    : 'No provisioning service holds it: it is managed for the sake of the CAs that it issues or is issued by.';
}

function generationTable({ generations, generationCount }: CaView, now: Date): Html {
  const more = generationCount - generations.length;
  return html`<table><caption>Generations</caption>
<thead><tr><th scope="col">Thumbprint</th><th scope="col">Key</th><th scope="col">Valid from</th><th scope="col">Valid until</th></tr></thead>
<tbody>${generations.map((generation, index) => generationRow(generation, index === 0, now))}</tbody></table>
${more > 0 && html`<p class="quiet">and ${counted(more, 'older generation')} more.</p>`}`;
}

function generationRow(
  { thumbprint, key, notBefore, notAfter }: PlannedGeneration,
  isNewest: boolean,
  now: Date,
): Html {
  return html`<tr><td data-label="Thumbprint"><span><code>${thumbprint}</code>${isNewest && ' newest'}</span></td>
<td data-label="Key">${key ?? 'unknown'}</td>
<td data-label="Valid from">${dayTag(notBefore)}</td>
<td data-label="Valid until">${dayTag(notAfter)} <span class="quiet">${fromNow(now, notAfter)}</span></td></tr>`;
}

function issuerLine(issuer: PlannedIssuer | undefined, now: Date): Html {
  switch (issuer?.kind) {
    case 'found':
      return html`Issued by <strong>${issuer.ca.name}</strong>, which is valid until ${dayTag(issuer.notAfter)} (${fromNow(now, issuer.notAfter)}).`;
    case 'self':
      return html`It signs itself.`;
    case 'external':
      return html`Somebody else signs it (<code>issuer=external</code>).`;
    case 'missing':
      return html`Its issuer is in no configured vault.`;
    default:
      return html`Its issuer could not be read.`;
  }
}

function laneList(steps: readonly PlannedStep[], { nameOf }: View): Html {
  return html`<h4>Why it does or does not go on</h4><ul class="lanes">${steps.map(
    ({ lane, step, reason, explanation, detail }) =>
      html`<li><strong>${lane === 'vault' ? 'Vault' : nameOf(lane)}</strong>: ${step}${reason && html` <code>${reason}</code>`}. ${explanation}${detail && ` (${nameOf(detail)})`}</li>`,
  )}</ul>`;
}
