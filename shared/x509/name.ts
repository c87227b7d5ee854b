import { createHash } from 'node:crypto';
import {
  type Asn1,
  childrenOf,
  encode,
  fromBinary,
  isUniversal,
  oid as oidNode,
  parse,
  readOid,
  sequence,
  set,
  Tag,
  utf8String,
} from './der.ts';
import { Oid } from './oids.ts';

/**
 * Short names of attribute types: the table of RFC 4514 section 3, then the ones that CA subjects use besides (names
 * from the LDAP registry; E is what Key Vault and most tools write for PKCS #9 emailAddress).
 */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  [Oid.commonName]: 'CN',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.6': 'C',
  '2.5.4.9': 'STREET',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.12': 'T',
  '2.5.4.42': 'G',
  '1.2.840.113549.1.9.1': 'E',
};

interface Attribute {
  readonly oid: string;
  /** undefined where the value is no string that can be decoded. */
  readonly text: string | undefined;
  /** "#" and the hex of the value's DER (RFC 4514 section 2.4). */
  readonly hex: string;
}

/**
 * A Name (DER) as an RFC 4514 string: the last RDN first, values escaped, "+" inside a multi-valued RDN, `OID=#hex`
 * where the attribute type has no short name. Usable as the subject of a Key Vault policy.
 */
export function nameToString(name: Uint8Array): string {
  return readName(name)
    .reverse()
    .map((rdn) => rdn.map(attributeToString).join('+'))
    .join(',');
}

/** All attributes of a Name (DER) in DER order: OID and decoded text, `#hex` of the DER where it is not text. */
export function nameAttributes(name: Uint8Array): readonly (readonly [oid: string, value: string])[] {
  return readName(name)
    .flat()
    .map(({ oid, text, hex }) => [oid, text ?? hex] as const);
}

/**
 * Whether two Names (DER) hold the same attributes with the same text, whatever their string types and the order of
 * RDNs: Key Vault re-encodes the subject of a policy as PrintableString and reverses it in its certification requests.
 */
export function sameAttributes(a: Uint8Array, b: Uint8Array): boolean {
  return attributesText(a) === attributesText(b);
}

/** What two Names (DER) share that hold the same attributes: 12 octets of a SHA-256, base64url. */
export function attributesDigest(name: Uint8Array): string {
  return createHash('sha256').update(attributesText(name)).digest().subarray(0, 12).toString('base64url');
}

function attributesText(name: Uint8Array): string {
  const attributes = nameAttributes(name).map((attribute) => JSON.stringify(attribute));
  return attributes.sort().join('\n');
}

/** A Name (DER) of one attribute: a common name, as UTF8String (RFC 5280 section 4.1.2.4). */
export function commonName(text: string): Uint8Array {
  return encode(sequence(set(sequence(oidNode(Oid.commonName), utf8String(text)))));
}

function readName(name: Uint8Array): Attribute[][] {
  return childrenOf(parse(name), 'a name').map((rdn) => childrenOf(rdn, 'a relative distinguished name').map(read));
}

function read(node: Asn1): Attribute {
  const [type, value] = childrenOf(node, 'an attribute of a name');
  const oid = readOid(type, 'the type of a name attribute');
  if (value === undefined) throw new Error(`Cannot read a name: its attribute ${oid} has no value`);
  return { oid, text: decodeText(value), hex: `#${Buffer.from(encode(value)).toString('hex')}` };
}

function decodeText(node: Asn1): string | undefined {
  if (typeof node.value !== 'string' || !isUniversal(node, node.type)) return undefined;
  switch (Number(node.type)) {
    case Tag.utf8String:
      return decodeUtf8(fromBinary(node.value));
    // TeletexString is T.61 by the letter, but those who used it wrote Latin-1, and OpenSSL reads it so.
    case Tag.teletexString:
    case Tag.printableString:
    case Tag.ia5String:
    case Tag.numericString:
    case Tag.visibleString:
    // forge has decoded the UTF-16 of a BMPString already.
    case Tag.bmpString:
      return node.value;
    case Tag.universalString:
      return decodeUtf32(fromBinary(node.value));
    default:
      return undefined;
  }
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  const text = Buffer.from(octets).toString('utf8');
  // Malformed octets become U+FFFD and so do not come back as they were.
  return Buffer.compare(Buffer.from(text, 'utf8'), octets) === 0 ? text : undefined;
}

function decodeUtf32(octets: Uint8Array): string | undefined {
  if (octets.length % 4 !== 0) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const codePoints = Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(i * 4));
  if (!codePoints.every((codePoint) => codePoint <= 0x10ffff)) return undefined;
  // One by one: as arguments of a single call a long text would overflow the stack.
  return codePoints.map((codePoint) => String.fromCodePoint(codePoint)).join('');
}

function attributeToString({ oid, text, hex }: Attribute): string {
  const shortName = SHORT_NAMES[oid];
  if (shortName === undefined) return `${oid}=${hex}`;
  return `${shortName}=${text === undefined ? hex : escapeValue(text)}`;
}

/** RFC 4514 section 2.4. */
function escapeValue(text: string): string {
  return text.replace(/^[ #]| $|[\\",+;<>]/g, '\\$&').replaceAll('\0', '\\00');
}
