import type { Snapshot } from '../operations/snapshot.ts';
import { CA_STATES, type CaView } from './ca-view.ts';
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
  return html`<form method="post" class="filter">
<label>Provisioning service <select name="dps">${option('', 'all', filter.dps ?? '')}${names.map((name) => option(name, name, filter.dps))}</select></label>
<label>State <select name="state">${option('', `all (${cas.length})`, filter.state ?? '')}${states}</select></label>
<button>Show</button>
${(filter.dps || filter.state) && html`<button name="all" value="1" class="plain">Show all</button>`}
</form>`;
}

/** The CAs that a filter lets through. */
export function filtered(cas: readonly CaView[], { dps, state }: Filter): readonly CaView[] {
  return cas.filter((ca) => (!state || ca.state === state) && (!dps || ca.places.some(({ name }) => name === dps)));
}

function option(value: string, text: string, chosen: string | undefined): Part {
  return value === chosen
    ? html`<option value="${value}" selected>${text}</option>`
    : html`<option value="${value}">${text}</option>`;
}
