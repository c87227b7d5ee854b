import { type Html, html } from './html.ts';

// Shapes, so that colour is never all that tells states apart.

const SHAPES = {
  well: html`<path d="M5 10.5l3.2 3.2L15 7"/>`,
  due: html`<path d="M10 5v5.2l3.2 2"/>`,
  overlap: html`<path d="M5 8h7.5M7.5 12.5H15"/>`,
  paused: html`<path d="M8 6.5v7M12 6.5v7"/>`,
  attention: html`<path d="M10 5.2v6M10 14.2v.3"/>`,
  unknown: html`<path d="M5.5 10h9"/>`,
} as const;

export type IconName = keyof typeof SHAPES;

/** A round sign for a state, in the colour of the text around it. It says nothing that does not stand beside it. */
export function icon(name: IconName): Html {
  return html`<svg class="icon" aria-hidden="true" width="20" height="20" viewBox="0 0 20 20"><circle cx="10" cy="10" r="8.5"/>${SHAPES[name]}</svg>`;
}
