import { describe, expect, it } from 'vitest';
import { emitJsonLines } from '../../../shared/telemetry/json-lines.ts';
import { EVENTS } from '../../support/events.ts';

function recordingLog() {
  const lines: { level: 'log' | 'warn'; line: string }[] = [];
  const at = (level: 'log' | 'warn') => (line: string) => void lines.push({ level, line });
  return { lines, log: { log: at('log'), warn: at('warn') } };
}

describe('emitJsonLines', () => {
  it.each([
    ['what needs attention as a warning', EVENTS.renewal_refused, 'warn'],
    ['everything else as information', EVENTS.renewal_settled, 'log'],
  ] as const)('writes %s, once', (_, event, level) => {
    const { lines, log } = recordingLog();
    emitJsonLines(log)(event);
    expect(lines.map((line) => line.level)).toEqual([level]);
  });

  it('writes one line of JSON, event first, whatever line ends a message holds', () => {
    const { lines, log } = recordingLog();
    const event = { ...EVENTS.renewal_refused, message: 'first line\nsecond line' };
    emitJsonLines(log)(event);
    expect(lines[0]?.line).toMatch(/^\{"event":"renewal_refused",.*\}$/);
    expect(JSON.parse(lines[0]?.line ?? '')).toEqual(event);
  });
});
