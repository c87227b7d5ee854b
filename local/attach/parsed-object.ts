import { asObject, type JsonObject } from '../../shared/json.ts';

/** A text as a JSON object; `undefined` for anything else, for whatever answers may not be the webhook. */
export function parsedObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // What it is instead makes no difference.
    return undefined;
  }
}
