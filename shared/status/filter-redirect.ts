import { GUARDED, type StatusResponse } from './status-response.ts';

const CHOICES = ['dps', 'state'] as const;

/**
 * Answers the form of the filter: with the address that the same page has with that filter, which survives reloading and
 * can be kept. The rest of the address stays, so a function key in it never has to stand in the page.
 * @param query of the address that the form was sent to
 * @param form its fields, `application/x-www-form-urlencoded`
 */
export function filterRedirect(query: URLSearchParams, form: string): StatusResponse {
  const fields = new URLSearchParams(form);
  const target = new URLSearchParams(query);
  for (const choice of CHOICES) {
    target.delete(choice);
    const value = fields.get(choice);
    if (value && !fields.has('all')) target.set(choice, value);
  }
  return { status: 303, headers: { ...GUARDED, location: `?${target}` }, body: '' };
}
