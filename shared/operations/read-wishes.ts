import { Refused } from '../errors.ts';
import { parseTags } from '../lifecycle/ca-tags.ts';
import type { Generation, Observed } from '../lifecycle/observed.ts';
import type { Wishes as AppWishes } from './app.ts';

/** What is wished for one CA, and when it is looked at. */
export interface Wishes extends AppWishes {
  readonly now: Date;
  /** As `Observed.forced`; of the CA itself, not of its issuer. */
  readonly forced?: string | undefined;
  /** The CAs for whose sake this one is looked at, as their issuer. */
  readonly below?: readonly string[];
}

/** The tags of a CA's newest generation, and its wishes: the tags', else the settings'. Throws `Refused('bad-tag')`. */
export function readWishes(
  newest: Generation,
  wishes: Wishes,
): Pick<Observed, 'tags' | 'renewBefore' | 'referenceWishes' | 'forced'> {
  const parsed = parseTags(newest.tags);
  if ('faults' in parsed) throw new Refused('bad-tag', parsed.faults.join('; '));
  const { tags } = parsed;
  return {
    tags,
    renewBefore: tags.renewBefore ?? wishes.renewBefore,
    referenceWishes: {
      overlap: tags.overlap ?? wishes.overlap,
      retire: tags.retire ?? wishes.retire,
      stockCleared: tags.stockCleared,
      sameKey: tags.sameKey,
      webhookUrl: wishes.webhookUrl,
    },
    forced: wishes.forced,
  };
}
