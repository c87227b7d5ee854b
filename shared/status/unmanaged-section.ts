import type { Snapshot } from '../operations/snapshot.ts';
import { counted, timeTag } from './dates.ts';
import { type Html, html } from './html.ts';
import { entryTag } from './thumbprint.ts';

interface View {
  readonly now: Date;
  readonly nameOf: (text: string) => string;
}

/** What nobody renews: entries of which no vault has a version, and CAs of the vaults that no DPS holds. */
export function unmanagedSection(snapshot: Snapshot, view: View): Html | undefined {
  const entries = entriesTable(snapshot, view);
  const cas = casTable(snapshot, view);
  if (!entries && !cas) return undefined;
  return html`<section aria-labelledby="unmanaged"><h2 id="unmanaged">Not managed</h2>${entries}${cas}</section>`;
}

function entriesTable({ provisioningServices }: Snapshot, { now }: View): Html | undefined {
  const found = provisioningServices
    .flatMap((service) =>
      service.kind === 'read' ? service.entries.map((entry) => ({ service: service.name, entry })) : [],
    )
    .filter(({ entry }) => entry.standing !== 'managed')
    .sort((a, b) => (a.entry.notAfter?.getTime() ?? 0) - (b.entry.notAfter?.getTime() ?? 0));
  if (found.length === 0) return undefined;
  const rows = found.map(({ service, entry: { name, notAfter, references, standing, thumbprint } }) => {
    const isOver = notAfter !== undefined && notAfter < now;
    const count = references === undefined ? 'not read' : counted(references.count, 'enrollment');
    return html`<tr><td data-label="DPS">${service}</td>
<td data-label="Entry">${entryTag(name, thumbprint)}${standing === 'unknown' && ' (maybe managed: a vault could not be read)'}</td>
<td data-label="Expires">${notAfter ? timeTag(now, notAfter) : 'unknown'}${isOver && html` <span class="no">✗ expired</span>`}</td>
<td data-label="Enrollments">${references?.isComplete === false && 'at least '}${count}</td></tr>`;
  });
  return html`<p>No configured vault has a version of these entries. They are never touched, and nobody renews them.</p>
<table><caption class="hidden">Entries that are not managed</caption><thead><tr><th scope="col">DPS</th><th scope="col">Entry</th><th scope="col">Expires</th><th scope="col">Enrollments</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function casTable({ unmanagedCas, leftOut }: Snapshot, { now, nameOf }: View): Html | undefined {
  if (unmanagedCas.length === 0) return undefined;
  const rows = unmanagedCas.map(
    ({
      ca,
      notAfter,
      key,
      issuerOf,
    }) => html`<tr><td data-label="CA">${ca.name}<span class="vault"> in ${nameOf(ca.vaultUrl)}</span></td>
<td data-label="Key">${key ?? 'unknown'}</td>
<td data-label="Expires">${timeTag(now, notAfter)}</td>
<td data-label="Has issued">${issuerOf.length === 0 ? '–' : issuerOf.map(({ name }) => name).join(', ')}</td></tr>`,
  );
  const more = leftOut.unmanagedCas ?? 0;
  return html`<p>CAs in the vaults that no provisioning service holds: they may sign, and nobody renews them. The tag <code>dps</code> changes that.</p>
<table><caption class="hidden">CAs that are not managed</caption><thead><tr><th scope="col">CA</th><th scope="col">Key</th><th scope="col">Expires</th><th scope="col">Has issued</th></tr></thead><tbody>${rows}</tbody></table>
${more > 0 && html`<p class="quiet">and ${more} more.</p>`}`;
}
