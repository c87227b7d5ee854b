/** DER by hand, for inputs that no library writes: tag octet, length, contents. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  const length = content.length;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag, ...header), content]));
}

export const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));

export const SEQUENCE = 0x30;
const SET = 0x31;

/** Content octets of the OIDs that tests put into names. */
export const ATTRIBUTE = {
  CN: '550403',
  C: '550406',
  O: '55040a',
  OU: '55040b',
  /** 1.3.6.1.4.1.311.60.2.1.3, a type without short name */
  jurisdiction: '2b0601040182373c020103',
} as const;

/** One AttributeTypeAndValue: type's OID content in hex, tag of the string type, content. */
export function attribute(oid: string, tag: number, content: Uint8Array): Uint8Array {
  return tlv(SEQUENCE, tlv(0x06, bytes(oid)), tlv(tag, content));
}

/** A Name: each argument is one RDN, a list of attributes. */
export function nameDer(...rdns: readonly (readonly Uint8Array[])[]): Uint8Array {
  return tlv(SEQUENCE, ...rdns.map((attributes) => tlv(SET, ...attributes)));
}
