import { describe, expect, it } from 'vitest';
import { type AuthLevel, createKeys, isAuthorized } from '../../../local/host/keys.ts';

const keys = { master: 'M', host: 'H', functions: { allocate: 'A', status: 'S' } };

describe('isAuthorized', () => {
  it.each<[AuthLevel, string | undefined, boolean]>([
    ['anonymous', undefined, true],
    ['function', undefined, false],
    ['function', '', false],
    ['function', 'A', true],
    ['function', 'H', true],
    ['function', 'M', true],
    ['function', 'S', false], // another function's key
    ['admin', 'A', false],
    ['admin', 'H', false],
    ['admin', 'M', true],
  ])('at level %s with key %s says %s', (level, key, expected) => {
    expect(isAuthorized(keys, level, 'allocate', key)).toBe(expected);
  });
});

describe('createKeys', () => {
  it('makes a key of its own for each function, and others at the next start', () => {
    const first = createKeys({}, ['a', 'b']);
    const all = [first.master, first.host, first.functions.a, first.functions.b, createKeys({}, []).master];
    expect(new Set(all).size).toBe(5);
    expect(first.master).toMatch(/^[\w-]{54}$/); // 40 bytes in base64url
  });

  it('takes the keys that the environment fixes', () => {
    const fixed = createKeys({ LOCAL_HOST_MASTER_KEY: 'm', LOCAL_HOST_FUNCTION_KEY: 'f' }, ['a'], () => 'random');
    expect(fixed).toEqual({ master: 'm', host: 'random', functions: { a: 'f' } });
  });
});
