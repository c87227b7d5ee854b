import type { JsonObject } from '../json.ts';
import { type Digest, restOf, type Section } from './digest.ts';

const COLORS = { attention: 'Attention', good: 'Good', neutral: 'Default' } as const;

/**
 * An Adaptive Card, in the envelope that the trigger "When a Teams webhook request is received" of Workflows takes. What
 * comes from elsewhere stands in text runs, which know no Markdown: no name becomes a link or a mention.
 */
export function formatTeams({ tone, headline, sections, statusPage }: Digest): JsonObject {
  const title = { type: 'TextRun', text: headline, size: 'Large', weight: 'Bolder', color: COLORS[tone] };
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: headline,
          msteams: { width: 'Full' },
          body: [textBlock([title]), ...sections.flatMap(elementsOf)],
          ...(statusPage && { actions: [{ type: 'Action.OpenUrl', title: 'Status page', url: statusPage }] }),
        },
      },
    ],
  };
}

function elementsOf(section: Section) {
  const { headline, tone, toDo, notices } = section;
  const rest = restOf(section);
  return [
    { ...textBlock([bold(headline, COLORS[tone])]), separator: true },
    ...notices.map(({ subject, text, toDo }) =>
      textBlock([bold(subject), plain(` ${text}`), ...(toDo ? [bold(' To do:'), plain(` ${toDo}`)] : [])]),
    ),
    ...(rest ? [textBlock([plain(rest)])] : []),
    ...(toDo ? [textBlock([bold('To do:'), plain(` ${toDo}`)])] : []),
  ];
}

function textBlock(inlines: readonly object[]) {
  return { type: 'RichTextBlock', inlines };
}

function plain(text: string) {
  return { type: 'TextRun', text };
}

function bold(text: string, color?: string) {
  return { type: 'TextRun', text, weight: 'Bolder', ...(color && { color }) };
}
