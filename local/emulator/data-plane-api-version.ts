const FORM = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

/**
 * Checks the `api-version` of a request to the service or device API of DPS.
 * ASSUMED: that any version of the right form will do. Clients send 2019-03-31, 2021-10-01 and later ones.
 *
 * @returns what is wrong with it, as a sentence; `undefined` if it will do
 */
export function faultOfApiVersion({ searchParams }: URL): string | undefined {
  const version = searchParams.get('api-version');
  if (version !== null && FORM.test(version)) return undefined;
  return `The api-version is '${version ?? ''}': give one in the query, such as 2021-10-01.`;
}
