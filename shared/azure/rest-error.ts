import { Conflict, messageOf, Refused } from '../errors.ts';

/** HTTP status of what an Azure SDK threw; `undefined` if no answer came. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  if (typeof status === 'number') return status;
  // The code of an SDK whose error shapes differ (@azure-rest): a numeric string.
  return typeof status === 'string' && /^\d{3}$/.test(status) ? Number(status) : undefined;
}

/** A token of another tenant or cloud; a client keeps it for as long as it is valid. */
const NOT_ACCEPTED =
  '; the token was not accepted: check that the service is in the tenant and cloud of the app’s identity, then restart the app';

/**
 * What an SDK threw, in the domain's words: 409 and 412 are `Conflict`, 403 is `Refused('forbidden')`, the rest stays
 * an ordinary error. The service's own message is kept: it names the permission or the firewall rule.
 * @param doing what could not be done and to which thing, after "Cannot"
 */
export function translated(error: unknown, doing: string): Error {
  if (error instanceof Conflict || error instanceof Refused) return error;
  const status = statusOf(error);
  const advice = status === 401 ? NOT_ACCEPTED : '';
  const text = `Cannot ${doing}: ${status === undefined ? '' : `${status} `}${messageOf(error)}${advice}`;
  if (status === 409 || status === 412) return new Conflict(text, { cause: error });
  if (status === 403) return new Refused('forbidden', text, { cause: error });
  return new Error(text, { cause: error });
}
