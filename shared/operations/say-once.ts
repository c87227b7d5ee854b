import { messageOf } from '../errors.ts';
import type { LifecycleEvent } from '../events.ts';
import { asObject, type JsonObject } from '../json.ts';
import type { Ports } from '../ports.ts';
import { updateDocument } from './update-document.ts';

/** Which refusals were said when, and of which generations it was said that they are trusted. Losing it costs repetitions. */
export const SAID_DOCUMENT = 'said.json';

/** What is to be said now, and what the memory becomes by that; `undefined`: what it is. */
export interface Saying<Event> {
  readonly due: readonly Event[];
  readonly memory: JsonObject | undefined;
}

/**
 * Says those events aloud that the memory does not hold back, each at most once, however often others change the memory
 * meanwhile. Where it cannot be read or written, all of them: said twice is better than not at all.
 * Returns what kept it from remembering, if anything did: that fails neither scan nor renewal.
 * @param choose from the memory as it is; called again wherever somebody else was faster
 */
export async function sayOnce<Event extends LifecycleEvent>(
  { documents, emit }: Pick<Ports, 'documents' | 'emit'>,
  events: readonly Event[],
  choose: (memory: JsonObject) => Saying<Event>,
): Promise<string | undefined> {
  const unsaid = new Set(events);
  const say = (event: Event) => {
    if (unsaid.delete(event)) emit(event);
  };
  try {
    const document = { name: SAID_DOCUMENT, read: (value: unknown): JsonObject => asObject(value) ?? {} };
    await updateDocument(documents, document, (said) => {
      const { due, memory } = choose(said);
      for (const event of due) say(event);
      return memory;
    });
    return undefined;
  } catch (error) {
    for (const event of events) say(event);
    return messageOf(error);
  }
}
