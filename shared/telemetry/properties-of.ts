import type { LifecycleEvent } from '../events.ts';

/**
 * The payload of an event as the properties of a custom event: its own keys, what is absent left out, lists and objects
 * as JSON. (The SDK would write the word `undefined`.)
 */
export function propertiesOf({ event: _, ...payload }: LifecycleEvent): Record<string, string> {
  const known = Object.entries(payload).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}
