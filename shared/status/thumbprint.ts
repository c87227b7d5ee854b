import { type Html, html } from './html.ts';

/** A thumbprint by its beginning, whole on hover; in full it stands among the generations of its CA. */
export function thumbprintTag(thumbprint: string): Html {
  return html`<code title="${thumbprint}">${thumbprint.slice(0, 8)}…</code>`;
}

/** An entry by its name, in which a thumbprint is shortened; by the thumbprint alone where it has none. */
export function entryTag(name: string | undefined, thumbprint: string): Html {
  if (name === undefined) return thumbprintTag(thumbprint);
  return html`<code title="${name}">${name.replace(/(?<=[0-9A-F]{8})[0-9A-F]{32}$/, '…')}</code>`;
}
