import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../local/host/log.ts';
import { secretsIn } from './secrets-in.ts';

const record = (message: string): LogRecord => ({ at: '2026-03-01T12:00:00.000Z', level: 'information', message });
const SECRET = 'k3y+/==';

describe('secretsIn', () => {
  it.each([
    ['a token', 'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.'],
    ['a secret', `AccountKey=${SECRET};`],
    ['a secret in a URL', `https://localhost/api?code=${encodeURIComponent(SECRET)}`],
    ['a secret inside JSON', JSON.stringify({ deep: { header: SECRET } })],
  ])('finds %s', (_what, message) => {
    expect(secretsIn([record('harmless'), record(message)], [SECRET])).toEqual([record(message)]);
  });

  it('finds nothing in a line that only speaks of one', () => {
    expect(secretsIn([record('IDENTITY_HEADER is set, eyJ is how a token begins')], [SECRET])).toEqual([]);
  });

  it.each([[[]], [['']]])('refuses to look for nothing: %j', (secrets) => {
    expect(() => secretsIn([], secrets)).toThrow('Cannot look for secrets');
  });
});
