import type { JsonObject } from '../json.ts';
import { type Digest, restOf, type Section } from './digest.ts';

const SIGNS = { attention: ':warning:', good: ':white_check_mark:', neutral: ':information_source:' } as const;

/** Slack refuses a message with a block of more than 3,000 characters; the rest of a block has room beside these. */
const LONGEST_NOTICES = 2500;

/** A message of an incoming webhook of Slack, in blocks. */
export function formatSlack({ tone, headline, sections, statusPage }: Digest): JsonObject {
  const title = `${SIGNS[tone]} ${headline}`;
  return {
    // What a notification on a phone shows, and what a screen reader reads.
    text: escaped(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: true } },
      ...sections.map((section) => ({ type: 'section', text: mrkdwn(textOf(section)) })),
      ...(statusPage ? [{ type: 'context', elements: [mrkdwn(`<${escaped(statusPage)}|Status page>`)] }] : []),
    ],
  };
}

function textOf(section: Section): string {
  const { headline, toDo, notices } = section;
  const rest = restOf(section);
  const named = notices.map(lineOf).join('\n');
  return [
    `*${escaped(headline)}*`,
    named.length <= LONGEST_NOTICES ? named : `${named.slice(0, LONGEST_NOTICES - 1)}…`,
    ...(rest ? [rest] : []),
    ...(toDo ? [`_To do:_ ${escaped(toDo)}`] : []),
  ].join('\n');
}

function lineOf({ subject, text, toDo }: Section['notices'][number]): string {
  const said = `• ${escaped(subject)}: ${escaped(text)}`;
  return toDo ? `${said} _To do:_ ${escaped(toDo)}` : said;
}

/** `verbatim`: Slack makes no links and no mentions of what looks like some. */
function mrkdwn(text: string) {
  return { type: 'mrkdwn', text, verbatim: true };
}

/**
 * Slack's three control characters, with which mentions and links begin; and those of its formatting, of which only a
 * zero-width space takes away the meaning.
 */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/[*~`]/g, '$&\u200b');
}
