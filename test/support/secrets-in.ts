/** What gives itself away: a JSON Web Token begins with the base64url of `{"`; a SAS and a private key say what they are. */
const REVEALING = /eyJ[\w-]{8,}|SharedAccessSignature sr=|PRIVATE KEY-----|AccountKey=(?!…|\*)/;

/**
 * What of something said gives something away: the log records, events, pages or errors that hold a token, a SAS, a
 * private key, or one of the secrets, as it is or as it stands in a URL.
 * @param said anything that JSON can hold; texts as they are
 * @param secrets keys and the like; an empty one is an error, since every line holds it
 */
export function secretsIn<T>(said: readonly T[], secrets: readonly string[]): T[] {
  if (secrets.length === 0 || secrets.includes('')) {
    throw new Error('Cannot look for secrets: give at least one, none of them empty');
  }
  const forms = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))];
  return said.filter((each) => {
    const text = typeof each === 'string' ? each : JSON.stringify(each);
    return REVEALING.test(text) || forms.some((form) => text.includes(form));
  });
}
