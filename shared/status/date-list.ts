import type { PlannedDate } from '../operations/planned.ts';
import type { CaView } from './ca-view.ts';
import { timeTag } from './dates.ts';
import { type Html, html } from './html.ts';
import { thumbprintTag } from './thumbprint.ts';

const WHAT: Readonly<Record<PlannedDate['what'], string>> = {
  'window-opens': 'the renewal window opens',
  'overlap-ends': 'the overlap ends',
  'may-retire': 'this generation may retire',
  expires: 'it expires',
};

/** Every later moment of a CA that is known, in their order. */
export function dateList(
  { dates }: CaView,
  { now, nameOf }: { readonly now: Date; readonly nameOf: (text: string) => string },
): Html {
  if (dates.length === 0) return html``;
  return html`<h4>What comes when</h4><ul class="dates">${dates.map(
    ({ at, what, thumbprint, dps, earliest }) =>
      html`<li>${timeTag(now, at)}: ${WHAT[what]} (${thumbprintTag(thumbprint)}${dps && ` in ${nameOf(dps)}`})${earliest && ', or later'}</li>`,
  )}</ul>`;
}
