import { expect, it } from 'vitest';
import type { LogRecord } from '../../../local/host/log.ts';
import { plain } from '../../../local/terminal/paint.ts';
import { recordLines } from '../../../local/terminal/record-lines.ts';

const context = { paint: plain, nameOf: (text: string) => text, when: ({ at }: LogRecord) => at.slice(11, 19) };

function linesOf(record: Partial<LogRecord>): string[] {
  return recordLines({ at: '2026-11-21T21:33:40.405Z', level: 'information', message: '', ...record }, context);
}

it.each<[string, Partial<LogRecord>, string[]]>([
  [
    "an event of the app, at the record's time",
    { level: 'warning', message: '{"event":"renewal_abandoned","renewalId":"m","ca":"x","message":"Enough."}' },
    ['  21:33:40  given up   x', '                       Enough.'],
  ],
  ['nothing of what the host says by the way', { message: 'Executing scan (started through the admin API)' }, []],
  [
    'an error with the function that it comes from, line by line',
    { level: 'error', function: 'renew', message: 'Executed renew, failed: Error: no\n    at there' },
    ['  ! renew: Executed renew, failed: Error: no', '  !  at there'],
  ],
  ['a warning that is no event', { level: 'warning', message: '{"event":"cut of' }, ['  ! {"event":"cut of']],
  ['the end of the host', { level: 'critical', message: 'The host stops' }, ['  ! The host stops']],
])('shows %s', (_, record, lines) => {
  expect(linesOf(record)).toStrictEqual(lines);
});
