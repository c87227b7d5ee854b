import { createHmac, timingSafeEqual } from 'node:crypto';

/** A shared access signature that has not expired. */
export interface SasToken {
  /** What it is for (`sr`), percent-decoded. */
  readonly resource: string;
  /** The name of the key that it says it is signed with (`skn`). */
  readonly keyName: string;
  /** Whether it is signed with this key, given as base64. */
  isSignedBy(key: string): boolean;
}

/**
 * Reads the value of an Authorization header that is a SAS token of the service or device API:
 * `SharedAccessSignature sr=RESOURCE&sig=SIGNATURE&se=UNIX_SECONDS&skn=KEY_NAME`, in any order. The signature is base64
 * of HMAC-SHA256 over `sr`, a line feed and `se`, where `sr` is the text that stands in the token: clients differ in
 * what of it they percent-encode.
 *
 * @returns `undefined` for anything else, and for a token that has expired
 */
export function readSasToken(authorization: string, now: Date): SasToken | undefined {
  const [, parameters] = /^SharedAccessSignature\s+(\S+)$/i.exec(authorization) ?? [];
  const fields = new Map((parameters ?? '').split('&').map(splitAtEquals));
  const [resource = '', signature = '', expiry = '', name = ''] = ['sr', 'sig', 'se', 'skn'].map((key) =>
    fields.get(key),
  );
  if (!/^\d+$/.test(expiry) || Number(expiry) * 1000 <= now.getTime()) return undefined;
  const given = Buffer.from(decode(signature), 'base64');
  return {
    resource: decode(resource),
    keyName: decode(name),
    isSignedBy: (key) => isEqual(given, hmac(key, `${resource}\n${expiry}`)),
  };
}

function splitAtEquals(field: string): [string, string] {
  const at = field.indexOf('=');
  return at < 0 ? [field, ''] : [field.slice(0, at).toLowerCase(), field.slice(at + 1)];
}

/** @param key base64 */
function hmac(key: string, text: string): Buffer {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest();
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not valid percent-encoding: it is neither a resource of ours nor a key's name nor a signature.
    return '';
  }
}
