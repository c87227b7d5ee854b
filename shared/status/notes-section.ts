import type { Snapshot } from '../operations/snapshot.ts';
import { counted } from './dates.ts';
import { type Html, html } from './html.ts';
import { needOf } from './needs.ts';

/** What will be in the way later, or goes by itself: told before it matters, and folded away. */
export function notesSection({ obstacles }: Snapshot, nameOf: (text: string) => string): Html | undefined {
  const notes = obstacles.filter(({ severity }) => severity === 'note').map((each) => needOf(each, nameOf));
  if (notes.length === 0) return undefined;
  return html`<section aria-labelledby="notes"><h2 id="notes">Good to know</h2>
<details><summary>${counted(notes.length, 'thing')} that will matter later, or mend by themselves</summary><ul class="notes">${notes.map(
    ({ about, reason, message, advice }) =>
      html`<li><strong>${about}</strong> <code>${reason}</code><br>${message}${advice && html` <span class="quiet">${advice}</span>`}</li>`,
  )}</ul></details></section>`;
}
