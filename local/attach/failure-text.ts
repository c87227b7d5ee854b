import { Conflict, messageOf, Refused } from '../../shared/errors.ts';

const ROLES =
  'Needed on the DPS are the roles Reader and Device Provisioning Service Data Contributor (for --check, Data Reader)';

/** The text of whatever went wrong, without a full stop, with what to do where it is known. */
export function failureText(error: unknown): string {
  const message = messageOf(error).replace(/\.$/, '');
  if (error instanceof Conflict) return `${message}. It is not as it was shown any more: run this again`;
  return error instanceof Refused && error.reason === 'forbidden' ? `${message}. ${ROLES}` : message;
}
