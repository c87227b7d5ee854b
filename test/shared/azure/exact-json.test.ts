import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactly } from '../../../shared/azure/exact-json.ts';
import { counted } from '../../support/counts.ts';
import { jsonObject } from '../../support/json-documents.ts';

const written = (text: string) => JSON.stringify(parseExactly(text).exact);

describe('parseExactly', () => {
  it.each([
    '{"big":12345678901234567890}',
    '{"decimal":1.0}',
    '{"beyond":1e400}',
    '{"negative zero":-0}',
    '{"exponent":0.1e1}',
    '{"capital":1E5}',
    '[1,1.0,-0,1,1e5]',
    '[[1.0],[{"a":[-0]}]]',
    '[9007199254740993,-9007199254740993,0.1000000000000000055511151231257827]',
    '{"a":null,"b":{},"c":[],"d":"","e":false}',
    '{"__proto__":{"x":1.0},"constructor":1.0,"toJSON":1.0,"rawJSON":"1"}',
    '{"a":1,"A":2,"é":3,"e\u0301":4,"":5}',
    '{"date":"2018-10-26T14:15:16.89492Z","text":", 1.0, "}',
    '{"lone surrogate":"\\ud800","escaped":"\\u0000\\"\\\\"}',
    '[]',
    '{}',
  ])('keeps %s as it is', (text) => {
    expect(written(text)).toBe(text);
  });

  it.each(['[1.0 ]', '[ 1.0]', '{ "a" :\n1.0\r\n}', '[1,\t-0\t,2]'])('finds a number amid whitespace: %j', (text) => {
    expect(written(text)).toBe(text.replaceAll(/\s/g, ''));
  });

  it('shows ordinary values', () => {
    const { value, exact } = parseExactly('{"a":1.0,"b":[true,"text",7]}');
    expect(value).toStrictEqual({ a: 1, b: [true, 'text', 7] });
    expect(exact).toMatchObject({ b: [true, 'text', 7] });
  });

  it('does not read twice what it can hold', () => {
    const { value, exact } = parseExactly(
      '{"a":21,"date":"2018-10-26T14:15:16.89492Z","thumbprint":"1234567890123456789"}',
    );
    expect(exact).toBe(value);
  });

  it('writes any document as it was given', async () => {
    await fc.assert(
      fc.property(jsonObject, ({ given, compact }) => {
        const { value, exact } = parseExactly(given);
        expect(JSON.stringify(exact)).toBe(compact);
        // Vitest's own comparison trips over members named 'constructor'.
        expect(isDeepStrictEqual(value, JSON.parse(given))).toBe(true);
      }),
      { numRuns: counted(1_000, 10_000) },
    );
  });

  it.each(['', '{"webhookUrl":"https://app.example/api/allocate?code=secret"', 'secret', '{"a":secret}'])(
    'quotes nothing of what is not JSON: %j',
    (text) => {
      const error = catching(() => parseExactly(text));
      expect(error.message).toBe(`the answer, of ${text.length} characters, is not JSON`);
      expect(error.cause).toBeUndefined();
    },
  );
});

function catching(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('an Error was expected');
}
