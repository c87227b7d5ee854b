/** A JSON object of which only some members are known. Plain data; never changed in place. */
export type JsonObject = { readonly [name: string]: unknown };

/** The value as a JSON object; `undefined` for anything else, arrays included. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
