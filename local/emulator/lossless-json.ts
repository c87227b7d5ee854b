/** A JSON object of which only some members are known. Plain data; never changed in place. */
export type JsonObject = { readonly [name: string]: unknown };

/** ECMAScript's "JSON.parse source text access", which TypeScript's library does not declare yet. */
interface JsonWithSource {
  parse(text: string, reviver: (name: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const json = JSON as unknown as JsonWithSource;

/**
 * Parses JSON so that JSON.stringify writes every number as it was written: `1.0`, 2^64 and 1e400 survive. Such numbers
 * are opaque objects (`JSON.rawJSON`) in the result, all numbers if there is one of them.
 *
 * @throws SyntaxError for text that is not JSON
 */
export function parseLossless(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  // The quick way, for what this program has written itself: looking at each number takes ten times as long.
  if (JSON.stringify(plain) === text) return plain;
  return json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
  );
}

/** The value as a JSON object; `undefined` for anything else: arrays, and the numbers of `parseLossless`. */
export function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !json.isRawJSON(value);
  return isObject ? (value as JsonObject) : undefined;
}
