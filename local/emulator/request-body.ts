/**
 * Parses the body of a request: a form into an object of its fields, anything else as JSON, whatever its Content-Type
 * says, since clients differ in what they send and services do not care. An empty body is `undefined`.
 */
export function parseRequestBody(
  bytes: Buffer,
  contentType: string | undefined,
): { readonly body: unknown } | { readonly error: string } {
  if (bytes.length === 0) return { body: undefined };
  const text = bytes.toString('utf8');
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    return { body: Object.fromEntries(new URLSearchParams(text)) };
  }
  try {
    return { body: JSON.parse(text) };
  } catch (error) {
    return { error: `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
