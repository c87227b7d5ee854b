import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import type { SettingFault } from './status-report.ts';

const EFFECTS: Readonly<Record<SettingFault['effect'], string>> = {
  'nothing-runs': 'Nothing is scanned or renewed until this is mended.',
  'no-allocation': 'The webhook answers no device until this is mended.',
  default: 'The app runs all the same.',
};

/** What is wrong with the settings, all of it at once; nothing where nothing is. */
export function settingsSection(settings: readonly SettingFault[]): Html | undefined {
  if (settings.length === 0) return undefined;
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings to mend</h2><ul class="needs">
${settings.map(({ fault, effect }) => html`<li${effect === 'default' && html` class="mild"`}>${icon('attention')}<div><p>${fault}</p><p class="advice">${EFFECTS[effect]}</p></div></li>`)}
</ul></section>`;
}
