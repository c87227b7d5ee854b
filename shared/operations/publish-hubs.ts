import { messageOf } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import type { ServiceFacts } from '../lifecycle/observed.ts';
import type { Ports } from '../ports.ts';
import { updateDocument } from './update-document.ts';

/** The webhook reads it by the path `status/hubs.json`: the adapter of the documents and its binding share that name. */
const DOCUMENT = { name: 'hubs.json', read: (value: unknown): JsonObject => asObject(value) ?? {} };

/**
 * Publishes the linked hubs of every DPS with their weights, for the webhook, which has no time to ask for them: by
 * resource id, when they were read and what they are. Of a DPS that could not be read stays what was published last.
 * Returns what kept it from that, if anything did.
 * @param services as the scan has just read them
 */
export async function publishHubs(
  { documents, services }: Ports,
  facts: readonly ServiceFacts[],
  now: Date,
): Promise<string | undefined> {
  try {
    const read = await Promise.all(
      facts.flatMap(({ kind, id }) => {
        const service = kind === 'read' ? services.get(id) : undefined;
        return service ? [service.linkedHubs().then((hubs) => [id, { at: now.toISOString(), hubs }] as const)] : [];
      }),
    );
    const published = Object.fromEntries(read);
    await updateDocument(documents, DOCUMENT, (known) => {
      const kept = Object.entries(known).filter(([id]) => services.has(id));
      return { ...Object.fromEntries(kept), ...published };
    });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
