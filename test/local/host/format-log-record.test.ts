import { expect, it } from 'vitest';
import { formatLogRecord } from '../../../local/host/format-log-record.ts';

const record = { at: '2026-03-01T10:00:30.125Z', level: 'warning', function: 'scan', message: 'late' } as const;

it('writes a record as one line, without colour unless asked', () => {
  expect(formatLogRecord(record, false)).toBe('10:00:30.125 warning scan: late');
  expect(formatLogRecord(record, true)).toBe('10:00:30.125 \u001b[33mwarning\u001b[39m scan: late');
});

it('leaves out a function that is not there', () => {
  expect(formatLogRecord({ at: record.at, level: 'error', message: 'off' }, false)).toBe('10:00:30.125 error off');
});
