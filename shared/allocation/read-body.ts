/** DPS's own limit for a message, in octets (96 KB); what is longer did not come from it. */
const LONGEST_BODY = 96 * 1024;

/** JSON as a value, or why it is none. Nothing of it is quoted: it may hold keys. */
export type ReadBody = { readonly value: unknown } | { readonly fault: string };

/**
 * Reads the body of a request: UTF-8 (RFC 8259 section 8.1), a byte order mark is passed over. Never throws.
 */
export function readBody(body: Uint8Array): ReadBody {
  if (body.length > LONGEST_BODY) {
    return { fault: `the body: must be at most ${LONGEST_BODY} octets long, and is ${body.length}` };
  }
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    return { fault: `the body: must be JSON in UTF-8, and cannot be read as that (${body.length} octets)` };
  }
}
