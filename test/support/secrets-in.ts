import type { LogRecord } from '../../local/host/log.ts';

/** A JSON Web Token begins with the base64url of `{"`. */
const TOKEN = /eyJ[\w-]{8,}/;

/**
 * The log records that give something away: a token, or one of the secrets, as it is or as it stands in a URL.
 * @param secrets keys and the like; an empty one is an error, since every line holds it
 */
export function secretsIn(records: readonly LogRecord[], secrets: readonly string[]): LogRecord[] {
  if (secrets.length === 0 || secrets.includes('')) {
    throw new Error('Cannot look for secrets: give at least one, none of them empty');
  }
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return records.filter((record) => {
    const text = JSON.stringify(record);
    return TOKEN.test(text) || forms.some((form) => text.includes(form));
  });
}
