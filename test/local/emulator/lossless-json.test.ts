import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject, parseLossless } from '../../../local/emulator/lossless-json.ts';

describe('parseLossless', () => {
  it.each([
    '1.0',
    '-0',
    '1E400',
    '0.1000',
    '123456789012345678901234567890',
    '{"a":[1.50,{"b":18446744073709551616,"__proto__":1.0}],"c":"1.0","d":null,"e":{}}',
  ])('has %s written as it was', (text) => {
    expect(JSON.stringify(parseLossless(text))).toBe(text);
    expect(JSON.stringify(parseLossless(` ${text} `))).toBe(text);
  });

  it('gives plain numbers where nothing would be lost', () => {
    expect(parseLossless('{"a":[1,2.5,-3]}')).toStrictEqual({ a: [1, 2.5, -3] });
  });

  it('changes nothing that is no number', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(JSON.stringify(parseLossless(`${text} `)))).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what is not JSON', () => {
    expect(() => parseLossless('{')).toThrow(SyntaxError);
  });
});

it.each([['[]'], ['1.0'], ['null'], ['"x"'], ['true']])('%s is no object', (text) => {
  expect(asObject(parseLossless(text))).toBeUndefined();
});
