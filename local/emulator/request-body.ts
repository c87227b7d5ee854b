/**
 * Parses the body of a request, given as bytes: JSON whatever its Content-Type says, since clients differ in what they
 * send (curl -d says that it is a form) and services do not care. An empty body is `undefined`.
 *
 * @param takesForms whether a Content-Type that says so makes it a form, read into an object of its fields (the
 *   authority, RFC 6749 section 4.4.2)
 */
export function parseRequestBody(
  bytes: Buffer,
  contentType: string | undefined,
  takesForms: boolean,
): { readonly body: unknown; readonly text?: string } | { readonly error: string } {
  if (bytes.length === 0) return { body: undefined };
  const text = bytes.toString('utf8');
  if (contentType?.toLowerCase().startsWith('application/x-json-stream')) return parseLines(text);
  if (takesForms && contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    return { body: Object.fromEntries(new URLSearchParams(text)) };
  }
  try {
    return { body: JSON.parse(text), text };
  } catch (error) {
    return { error: `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** One JSON value a line: the other form in which the ingestion endpoint takes telemetry. */
function parseLines(text: string): { readonly body: unknown } | { readonly error: string } {
  try {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return { body: lines.map((line): unknown => JSON.parse(line)) };
  } catch (error) {
    return {
      error: `A line of the request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
