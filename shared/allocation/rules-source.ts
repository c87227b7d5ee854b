/** Where the rules are: in the setting itself, or in a file that it names. */
export type RulesSource = { readonly inline: string } | { readonly file: string };

/**
 * What the setting `ALLOCATION_RULES` holds: JSON, which begins with a brace, or else the path of a file. `undefined`
 * if it is empty: then the default rule is the only one.
 */
export function rulesSource(setting: string | undefined): RulesSource | undefined {
  const text = setting?.trim();
  if (!text) return undefined;
  return /^[{[]/.test(text) ? { inline: text } : { file: text };
}
