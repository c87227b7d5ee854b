import type { LifecycleEvent } from '../events.ts';
import { type Kind, kindOf, type Notice } from './notice.ts';
import { noticeOf } from './notice-of.ts';

/** One message: all that one invocation notifies of. */
export interface Digest {
  readonly tone: Kind['tone'];
  readonly headline: string;
  /** What needs a person first. */
  readonly sections: readonly Section[];
  /** URL, without a key. */
  readonly statusPage: string | undefined;
}

/** The events of one kind. */
export interface Section {
  readonly tone: Kind['tone'];
  readonly headline: string;
  readonly toDo: string | undefined;
  readonly count: number;
  /** The first of them. */
  readonly notices: readonly Notice[];
}

/** So many of a kind are named; more are counted. */
const MOST_NAMED = 5;

const ORDER: readonly Kind['tone'][] = ['attention', 'good', 'neutral'];

/**
 * What an invocation notifies of, as one message, however many its events are: a vault that is taken out of the settings
 * leaves two hundred entries without an owner, and nobody reads two hundred messages.
 */
export function digestOf(events: readonly LifecycleEvent[], statusPage: string | undefined): Digest {
  const byKind = Map.groupBy(events, (event) => kindOf(event).one);
  const sections = [...byKind.values()].map(sectionOf).sort((a, b) => ORDER.indexOf(a.tone) - ORDER.indexOf(b.tone));
  const [first] = sections;
  if (first === undefined) throw new Error('Cannot notify of nothing');
  const others = sections.length - 1;
  const headline =
    others === 0 ? first.headline : `${first.headline}, and ${others === 1 ? 'one thing' : `${others} things`} more`;
  return { tone: first.tone, headline, sections, statusPage };
}

function sectionOf(events: readonly LifecycleEvent[]): Section {
  const [first] = events;
  if (first === undefined) throw new Error('Cannot notify of nothing');
  const { tone, one, many, toDo } = kindOf(first);
  const count = events.length;
  const headline = count === 1 ? one : `${count} ${many}`;
  return { tone, headline, toDo, count, notices: events.slice(0, MOST_NAMED).map(noticeOf) };
}

/** How many of a section are not named; `undefined` if all are. */
export function restOf({ count, notices }: Section): string | undefined {
  return count > notices.length ? `… and ${count - notices.length} more` : undefined;
}
