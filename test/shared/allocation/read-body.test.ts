import { describe, expect, it } from 'vitest';
import { readBody } from '../../../shared/allocation/read-body.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readBody', () => {
  it.each([
    ['an object', bytes('{"a":"Línea"}'), { a: 'Línea' }],
    ['after a byte order mark', bytes('\uFEFF[1]'), [1]],
    ['a lone surrogate, escaped as JSON allows', bytes('"\\ud800"'), '\ud800'],
    ['of exactly 96 KB', bytes(`"${'x'.repeat(98_302)}"`), 'x'.repeat(98_302)],
  ])('reads JSON: %s', (_, body, value) => {
    expect(readBody(body)).toEqual({ value });
  });

  it('reads what is nested as deep as 96 KB can be', () => {
    const body = readBody(bytes('['.repeat(49_152) + ']'.repeat(49_152)));
    expect('value' in body && Array.isArray(body.value)).toBe(true);
  });

  it.each([
    ['nothing', bytes(''), 0],
    ['JSON cut short', bytes('{"key":"shibboleth'), 18],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 3],
    ['UTF-8 of a surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 5],
    ['a NUL', bytes('"\u0000"'), 3],
    ['UTF-16', Uint8Array.of(0x5b, 0, 0x5d, 0), 4],
  ])('says without quoting it that it cannot read %s', (_, body, length) => {
    const fault = `the body: must be JSON in UTF-8, and cannot be read as that (${length} octets)`;
    expect(readBody(body)).toEqual({ fault });
  });

  it('does not read what is longer than 96 KB, however right', () => {
    const fault = 'the body: must be at most 98304 octets long, and is 98305';
    expect(readBody(bytes(`"${'x'.repeat(98_303)}"`))).toEqual({ fault });
  });
});
