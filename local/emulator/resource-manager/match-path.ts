/**
 * Matches a URL's path against a pattern such as `/subscriptions/:subscription`, without regard to case in the fixed
 * segments nor to a trailing slash, as Azure Resource Manager does.
 *
 * @returns the parameters, percent-decoded, or `undefined` if the path is another one
 */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split('/');
  const given = path.replace(/\/+$/, '').split('/');
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) parameters[segment.slice(1)] = decode(value);
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not valid percent-encoding: no resource has such a name, and the 404 will quote it.
    return segment;
  }
}
