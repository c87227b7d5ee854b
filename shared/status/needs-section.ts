import { toPem } from '../x509/pem.ts';
import { counted } from './dates.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import type { Need } from './needs.ts';

/** A reader sees these at once; what is beyond waits behind a click. */
const MOST_OPEN = 12;

/** What needs a person, and what to do about it; nothing where nothing does. */
export function needsSection(needs: readonly Need[], leftOut: number): Html | undefined {
  if (needs.length === 0) return undefined;
  const [open, more] = [needs.slice(0, MOST_OPEN), needs.slice(MOST_OPEN)];
  return html`<section aria-labelledby="needs"><h2 id="needs">What needs a person</h2>
<ul class="needs">${open.map(needItem)}</ul>
${more.length > 0 && html`<details><summary>${counted(more.length, 'more', 'more')}</summary><ul class="needs">${more.map(needItem)}</ul></details>`}
${leftOut > 0 && html`<p class="quiet">${leftOut} more of them are not kept.</p>`}
</section>`;
}

function needItem({ about, reason, message, advice, csr }: Need): Html {
  return html`<li>${icon('attention')}<div>
<h3>${about || 'Everything'}${reason && html` <code>${reason}</code>`}</h3>
<p>${message}</p>
${advice && html`<p class="advice"><strong>What to do:</strong> ${advice}</p>`}
${csr && html`<details><summary>The certification request, to be signed<span class="hidden"> for ${about}</span></summary><pre tabindex="0">${toPem(Buffer.from(csr, 'base64'), 'CERTIFICATE REQUEST')}</pre></details>`}
</div></li>`;
}
