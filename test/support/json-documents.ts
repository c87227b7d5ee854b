import * as fc from 'fast-check';

/** A JSON text with whitespace and escapes of somebody else's taste, and the same document as JSON.stringify words it. */
export interface JsonText {
  readonly given: string;
  readonly compact: string;
}

/** Numbers that JavaScript would write otherwise, beside such that it would not. */
const NOTABLE = [
  '12345678901234567890',
  '1.0',
  '1e400',
  '-0',
  '0.1e1',
  '-0.0',
  '1E5',
  '1e+5',
  '0.10',
  '9007199254740993',
];
const PLAIN = ['0', '-1', '21.5', '9007199254740991'];
/** A number, the integer part, fraction and exponent of which are anything that the grammar allows (RFC 8259 section 6). */
const composedNumber = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,20}$/)),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/)),
  )
  .map((parts) => parts.join(''));

const number = fc.oneof(fc.constantFrom(...NOTABLE, ...PLAIN), composedNumber).map(same);
const literal = fc.constantFrom('null', 'true', 'false', '{}', '[]').map(same);
const space = fc.constantFrom('', '', ' ', '\n', '\t', ' \r\n');

/** Texts that only look like numbers among them, and every character, lone surrogates too. */
const plainText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toJSON',
    'rawJSON',
    ',1.0,',
    ': -0 }',
    '\ud800',
    'é',
    'e\u0301',
    '𝄞',
    '\u2028',
  ),
);
const text = fc.tuple(plainText, fc.boolean()).map(([value, escaped]): JsonText => {
  const compact = JSON.stringify(value);
  return { given: escaped ? escapedText(value) : compact, compact };
});
/** JavaScript puts names that look like array indices first; all others keep their order. */
const name = text.filter(({ compact }) => !/^"\d+"$/.test(compact));

/** Any JSON document whose outermost value is an object. No name occurs twice in an object. */
export const jsonObject: fc.Arbitrary<JsonText> = fc.letrec<{ value: JsonText; object: JsonText; array: JsonText }>(
  (tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, number, text, literal, tie('array'), tie('object')),
    array: fc
      .tuple(space, fc.array(tie('value'), { maxLength: 5 }))
      .map(([gap, items]) => joined('[', items, ']', gap)),
    object: fc
      .tuple(
        space,
        fc.uniqueArray(fc.tuple(name, tie('value')), { maxLength: 5, selector: ([{ compact }]) => compact }),
      )
      .map(([gap, members]) =>
        joined(
          '{',
          members.map(([{ given, compact }, value]) => ({
            given: `${given}${gap}:${gap}${value.given}`,
            compact: `${compact}:${value.compact}`,
          })),
          '}',
          gap,
        ),
      ),
  }),
).object;

function joined(open: string, items: readonly JsonText[], close: string, gap: string): JsonText {
  const given = items.map((item) => `${gap}${item.given}${gap}`).join(',');
  return {
    given: `${open}${given}${close}`,
    compact: `${open}${items.map(({ compact }) => compact).join(',')}${close}`,
  };
}

function same(source: string): JsonText {
  return { given: source, compact: source };
}

function escapedText(value: string): string {
  const units = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}
