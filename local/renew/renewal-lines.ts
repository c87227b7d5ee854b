import { shortThumbprint } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';
import { paragraph } from '../terminal/paragraph.ts';
import type { Denied, Queued, Step } from './renewal-answer.ts';
import type { EndedRenewal } from './wait-for-renewal.ts';

/** What has been queued, and what is likely to come of it. */
export function queuedLines(queued: Queued, paint: Paint): string[] {
  const { ca, vault, force, thumbprint, notAfter, next, status } = queued;
  const newest = `${shortThumbprint(thumbprint)}, valid until ${notAfter.slice(0, 10)}`;
  const what = force ? `queued, to replace its version ${newest}` : `queued; its newest version is ${newest}`;
  const isIdle = !force && next.step === 'wait';
  return [
    '',
    `  ${paint('green', '✓')} ${paint('bold', ca)}: ${what}`,
    `    ${vault}`,
    ...paragraph(`In its vault: ${stepText(next)}`),
    ...(isIdle ? paragraph('To renew it all the same, add --force.') : []),
    `  ${status}`,
    '',
  ];
}

/** How a renewal has left its CA. */
export function endedLines({ thumbprint, notAfter, next, met, history }: EndedRenewal, paint: Paint): string[] {
  return [
    ...history.flatMap(({ at, event, thumbprint: of, reason, message }) => [
      `  ${at.slice(11, 19)}Z  ${event}${of === undefined ? '' : ` ${shortThumbprint(of)}`}${reason ? `: ${reason}` : ''}`,
      ...(message === undefined ? [] : paragraph(message)),
    ]),
    ...(history.length === 0 ? [] : ['']),
    `  The newest version is ${paint('bold', shortThumbprint(thumbprint))}, valid until ${notAfter.slice(0, 10)}.`,
    ...next.flatMap((step) => paragraph(`${laneName(step.lane)}: ${stepText(step)}`)),
    ...met.flatMap(({ reason, dps, message }) => [
      `  ${paint('red', '✗')} ${reason}${dps === undefined ? '' : ` in ${laneName(dps)}`}`,
      ...paragraph(message),
    ]),
    '',
  ];
}

/** Why nothing was queued. */
export function deniedLines({ reason, message, faults }: Denied, paint: Paint): string[] {
  return ['', `  ${paint('red', '✗')} ${reason}`, ...paragraph(message), ...faults.flatMap(paragraph), ''];
}

function stepText({ step, reason, explanation, detail, at }: Step): string {
  const what = reason === undefined ? step : `${step}, ${reason}`;
  const when = step === 'wait' && at !== undefined ? ` Until ${at.slice(0, 16).replace('T', ' ')} UTC.` : '';
  return `${what}. ${explanation}${detail === undefined ? '' : ` (${detail})`}${when}`;
}

/** A DPS by its name, the last part of its resource id. */
function laneName(lane: string): string {
  return lane.split('/').at(-1) ?? lane;
}
