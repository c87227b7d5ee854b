import type { JsonObject } from '../json.ts';
import type { Digest } from './digest.ts';

/** For whatever reads JSON: words for people, and whole events with their own keys, as docs/telemetry.md has them. */
export function formatJson({ tone, headline, sections, statusPage }: Digest): JsonObject {
  return {
    version: 1,
    headline,
    needsAttention: tone === 'attention',
    ...(statusPage && { statusPage }),
    sections: sections.map(({ headline, toDo, count, notices, ...section }) => ({
      headline,
      needsAttention: section.tone === 'attention',
      ...(toDo && { toDo }),
      count,
      notices,
    })),
  };
}
