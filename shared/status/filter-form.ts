import type { Snapshot } from '../operations/snapshot.ts';
import { CA_STATES, type CaState, type CaView } from './ca-view.ts';
import { counted } from './dates.ts';
import { type Html, html, type Part } from './html.ts';
import type { Filter } from './status-report.ts';

/**
 * Chooses of which DPS and in which state CAs are shown. The form is sent to the page's own address as it is, query
 * included, and answered with a redirection to the filtered page: so the function key that may be in the address stays
 * there, without ever standing in the page.
 */
export function filterForm({ provisioningServices }: Snapshot, cas: readonly CaView[], filter: Filter): Html {
  const names = [...new Set(provisioningServices.map(({ name }) => name))];
  const states = Object.entries(CA_STATES).map(([value, text]) => {
    const count = cas.filter(({ state }) => state === value).length;
    return option(value, `${text} (${count})`, filter.state);
  });
  // An address that was kept may ask for what is no more.
  const lost = (value: string | undefined, known: readonly string[]) =>
    value && !known.includes(value) ? option(value, `${value} (not known)`, value) : undefined;
  return html`<form method="post" class="filter">
<label>Provisioning service <select name="dps">${option('', 'all', filter.dps ?? '')}${names.map((name) => option(name, name, filter.dps))}${lost(filter.dps, names)}</select></label>
<label>State <select name="state">${option('', `all (${cas.length})`, filter.state ?? '')}${states}${lost(filter.state, Object.keys(CA_STATES))}</select></label>
<button>Show</button>
${(filter.dps || filter.state) && html`<button name="all" value="1" class="plain">Show all</button>`}
</form>`;
}

/** The CAs that a filter lets through. */
export function filtered(cas: readonly CaView[], { dps, state }: Filter): readonly CaView[] {
  return cas.filter((ca) => (!state || ca.state === state) && (!dps || ca.places.some(({ name }) => name === dps)));
}

/** How many CAs are shown, and by what filter: on paper nothing else says so. */
export function countText(shown: number, all: number, { dps, state }: Filter): string {
  const chosen = [dps, state && (Object.hasOwn(CA_STATES, state) ? CA_STATES[state as CaState] : state)].filter(
    Boolean,
  );
  return chosen.length === 0 ? counted(all, 'CA') : `${shown} of ${counted(all, 'CA')}: ${chosen.join(', ')}`;
}

function option(value: string, text: string, chosen: string | undefined): Part {
  return value === chosen
    ? html`<option value="${value}" selected>${text}</option>`
    : html`<option value="${value}">${text}</option>`;
}
