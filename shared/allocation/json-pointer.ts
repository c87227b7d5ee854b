/** Where in a JSON document a value is; `undefined` if there is none. A value may be null, so it comes in an object. */
export type JsonPointer = (document: unknown) => { readonly value: unknown } | undefined;

/**
 * Compiles a JSON pointer (RFC 6901), such as `/model/name` or `/sensors/0`; the empty one is the whole document.
 * Throws an Error that names the text if it is none.
 */
export function compilePointer(text: string): JsonPointer {
  if (text !== '' && !text.startsWith('/')) throw new Error(`'${text}' does not begin with '/'`);
  if (/~(?![01])/.test(text)) throw new Error(`'${text}' has a '~' that is neither '~0' (for '~') nor '~1' (for '/')`);
  // Section 4: first ~1, then ~0, so that ~01 becomes ~1 and not a slash.
  const tokens = text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (document) => {
    let value = document;
    for (const token of tokens) {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(token)) return undefined;
      // Own members only: a device must not be able to name what every object inherits.
      if (!Object.hasOwn(value, token)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[token];
    }
    return value === undefined ? undefined : { value };
  };
}
