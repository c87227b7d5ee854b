/** What an enrollmentGroupId or a registrationId must be, to go on after 'must be '. */
export const ID_RULE =
  "1 to 128 letters, digits, '-', '.', '_' or ':', the first a letter or digit, the last not '.', '_', ':'";

export function isId(text: string): boolean {
  return /^(?=.{1,128}$)[a-z0-9][a-z0-9._:-]*$/i.test(text) && !/[._:]$/.test(text);
}
