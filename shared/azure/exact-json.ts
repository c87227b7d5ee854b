/** JSON read twice: for looking at, and for writing back. */
export interface ExactJson {
  /** Plain data. Numbers may have lost digits, their sign of zero, or their notation. */
  readonly value: unknown;
  /** The same, numbers that `value` could not hold being `JSON.rawJSON` objects, which `JSON.stringify` writes as read. */
  readonly exact: unknown;
}

/** ECMAScript's JSON.parse source text access, which the compiler's library does not declare yet. */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}
const { parse, rawJSON } = JSON as unknown as JsonWithSource;

/**
 * A number that JavaScript may write otherwise than it was read: a negative zero, 16 digits and more, a fraction, an
 * exponent. It also finds what only looks like one, inside of strings; it misses none.
 */
const NOTABLE_NUMBER = /[[:,]\s*(?:-0|-?\d{16,}|-?\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+))\s*[,\]}]/i;

/**
 * Reads a JSON object or array. Where no number is notable, as in most, both readings are one and the same.
 * Throws an Error that quotes nothing of the text, as the parser's own would.
 */
export function parseExactly(text: string): ExactJson {
  try {
    const value: unknown = JSON.parse(text);
    // A reviver is some seven times slower than none.
    return { value, exact: NOTABLE_NUMBER.test(text) ? parse(text, keepingSource) : value };
  } catch {
    // Without the cause: its message holds a piece of the text.
    throw new Error(`the answer, of ${text.length} characters, is not JSON`);
  }
}

function keepingSource(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  // A copy: `source` is a view into the text, which would stay in memory, all of a page of records, for one number.
  return rawJSON(Buffer.from(source, 'latin1').toString('latin1'));
}
