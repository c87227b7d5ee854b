import { isDue } from '../operations/planned.ts';
import { caViews } from './ca-view.ts';
import { counted, fromNow, spanText } from './dates.ts';
import { namesIn } from './names-in.ts';
import { needsOf } from './needs.ts';
import type { StatusReport } from './status-report.ts';

/** How everything stands, in one word for machines and one line for people. */
export interface Standing {
  readonly kind: 'attention' | 'due' | 'well' | 'unknown';
  readonly headline: string;
  /** What is behind it, in a sentence or two. */
  readonly detail: string;
}

/** Whether all is well. What keeps the app from looking comes first: then nothing else is known. */
export function standingOf(report: StatusReport): Standing {
  const { now, snapshot, settings } = report;
  if (settings.some(({ effect }) => effect === 'nothing-runs')) {
    const detail = 'Nothing is watched over until they are mended. What follows is of the time before.';
    return { kind: 'attention', headline: 'The settings are wrong', detail };
  }
  if (snapshot === undefined) {
    const detail = 'The first scan comes by its schedule. Until then there is nothing to show.';
    return { kind: 'unknown', headline: 'No scan has run yet', detail };
  }
  if (snapshot.blind !== undefined) {
    const age = spanText(now.getTime() - snapshot.at.getTime());
    const detail = `It found no vault or no provisioning service that it could read. What follows is ${age} old.`;
    return { kind: 'attention', headline: 'The last scan saw nothing', detail };
  }
  if (isOverdue(report)) {
    const detail = 'Scans should have come since. Look whether the app is running, and what its log says.';
    return { kind: 'attention', headline: `No scan for ${spanText(now.getTime() - snapshot.at.getTime())}`, detail };
  }
  const unanswered = settings.filter(({ effect }) => effect === 'no-allocation').length;
  const needs = needsOf(snapshot, namesIn(snapshot)).length + unanswered;
  if (needs > 0) return { kind: 'attention', headline: needsText(needs), detail: watchedText(report) };
  const due = snapshot.cas.filter(({ next }) => next.some(isDue)).length;
  if (due === 0) return { kind: 'well', headline: 'All is well', detail: watchedText(report) };
  const isPlan = snapshot.scan.mode === 'plan';
  const detail = isPlan ? 'MODE=plan: nothing is written, so nothing is done about it.' : 'The app takes it by itself.';
  const headline = `${counted(due, 'CA')} ${due === 1 ? 'has' : 'have'} a step due`;
  return { kind: 'due', headline, detail };
}

/** Whether scans have stayed away. */
export function isOverdue({ now, overdueAt }: StatusReport): boolean {
  return overdueAt !== undefined && overdueAt < now;
}

function needsText(count: number): string {
  return count === 1 ? 'One thing needs a person' : `${counted(count, 'thing')} need a person`;
}

function watchedText({ snapshot, now }: StatusReport): string {
  if (snapshot === undefined || snapshot.cas.length === 0) return 'No CA is managed.';
  const services = counted(snapshot.provisioningServices.length, 'provisioning service');
  const watched = `${counted(snapshot.cas.length, 'CA')} in ${services} watched over.`;
  const coming = caViews(snapshot)
    .filter(({ state }) => state !== 'paused')
    .flatMap(({ ca, windowOpens: at }) => (at !== undefined && at > now ? { name: ca.name, at } : []))
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
  return coming ? `${watched} Next to renew: ${coming.name}, ${fromNow(now, coming.at)}.` : watched;
}
