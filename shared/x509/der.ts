import forge from 'node-forge';

/**
 * The border to node-forge's ASN.1 layer. Outside this folder DER is a Uint8Array; forge keeps octets in "binary"
 * strings, one character per octet. Conversion happens here and nowhere else.
 */
export type Asn1 = forge.asn1.Asn1;

const { asn1 } = forge;

/** Tag numbers as in X.680 section 8.6; the ones forge does not name are those of the rarer string types. */
export const Tag = {
  boolean: asn1.Type.BOOLEAN,
  integer: asn1.Type.INTEGER,
  bitString: asn1.Type.BITSTRING,
  octetString: asn1.Type.OCTETSTRING,
  null: asn1.Type.NULL,
  oid: asn1.Type.OID,
  utf8String: asn1.Type.UTF8,
  sequence: asn1.Type.SEQUENCE,
  set: asn1.Type.SET,
  numericString: 18,
  printableString: asn1.Type.PRINTABLESTRING,
  teletexString: 20,
  ia5String: asn1.Type.IA5STRING,
  utcTime: asn1.Type.UTCTIME,
  generalizedTime: asn1.Type.GENERALIZEDTIME,
  visibleString: 26,
  universalString: 28,
  bmpString: asn1.Type.BMPSTRING,
} as const;

/**
 * decodeBitStrings must be off: forge would take 1 of about 256 EC public keys (X beginning with 0x3f or 0x5f) for a
 * nested element. maxDepth bounds recursion; a certificate needs about ten levels.
 */
const PARSE_OPTIONS = { strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth: 64 };

/** Octets to forge's binary string. */
export function toBinary(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}

/** forge's binary string to octets, in memory of their own (never a view into Node's pool). */
export function fromBinary(binary: string): Uint8Array {
  return new Uint8Array(Buffer.from(binary, 'latin1'));
}

/** No certificate, name or key comes near; each two octets may become an element, which takes a hundred times as much. */
const MOST_OCTETS = 65_536;

/** Parses one DER element. Throws an Error when the octets are too many, or not exactly one well-formed element. */
export function parse(der: Uint8Array): Asn1 {
  if (der.length > MOST_OCTETS) throw new Error(`more than ${MOST_OCTETS} octets`);
  // The type declarations know only the older boolean second argument.
  return asn1.fromDer(toBinary(der), PARSE_OPTIONS as unknown as boolean);
}

/** DER of a node. */
export function encode(node: Asn1): Uint8Array {
  return fromBinary(asn1.toDer(node).getBytes());
}

export function isUniversal(node: Asn1 | undefined, tag: number): node is Asn1 {
  return node !== undefined && node.tagClass === asn1.Class.UNIVERSAL && node.type === tag;
}

export function isContext(node: Asn1 | undefined, tag: number): node is Asn1 {
  return node !== undefined && node.tagClass === asn1.Class.CONTEXT_SPECIFIC && node.type === tag;
}

/** The elements inside a constructed node; `what` names the node in the error. */
export function childrenOf(node: Asn1 | undefined, what: string): Asn1[] {
  if (node === undefined || !node.constructed || typeof node.value === 'string') {
    throw new Error(`Cannot read ${what}: expected a constructed ASN.1 element, found ${describe(node)}`);
  }
  return node.value;
}

/** The elements inside a SEQUENCE; `what` names it in the error. */
export function fieldsOf(node: Asn1 | undefined, what: string): Asn1[] {
  if (!isUniversal(node, Tag.sequence))
    throw new Error(`Cannot read ${what}: it is no SEQUENCE, but ${describe(node)}`);
  return childrenOf(node, what);
}

/** The content octets of a primitive node as a binary string; `what` names the node in the error. */
export function contentOf(node: Asn1 | undefined, what: string): string {
  if (node === undefined || node.constructed || typeof node.value !== 'string') {
    throw new Error(`Cannot read ${what}: expected a primitive ASN.1 element, found ${describe(node)}`);
  }
  return node.value;
}

/** No registered OID comes near; what is longer would only fill a message. */
const LONGEST_OID = 64;

/**
 * An OBJECT IDENTIFIER in dotted form. Throws where the octets are not the one encoding of it (X.690 section 8.19.2):
 * forge passes over padding and over an arc that does not end, and would see an OID where other readers see none.
 */
export function readOid(node: Asn1 | undefined, what: string): string {
  if (!isUniversal(node, Tag.oid)) throw new Error(`Cannot read ${what}: expected an OID, found ${describe(node)}`);
  const content = contentOf(node, what);
  if (content === '' || content.length > LONGEST_OID) {
    throw new Error(`Cannot read ${what}: an OID of ${content.length} octets`);
  }
  const dotted: string | undefined = asn1.derToOid(content);
  if (dotted === undefined || asn1.oidToDer(dotted).getBytes() !== content) {
    throw new Error(
      `Cannot read ${what}: its OID is not encoded as DER has it (${Buffer.from(content, 'latin1').toString('hex')})`,
    );
  }
  return dotted;
}

/** The octets of a BIT STRING and the number of unused bits in the last of them. */
export function readBitString(node: Asn1 | undefined, what: string): { unused: number; octets: Uint8Array } {
  if (!isUniversal(node, Tag.bitString)) {
    throw new Error(`Cannot read ${what}: expected a BIT STRING, found ${describe(node)}`);
  }
  const content = fromBinary(contentOf(node, what));
  const unused = content[0];
  if (unused === undefined || unused > 7) {
    throw new Error(`Cannot read ${what}: a BIT STRING cannot have ${unused ?? 'no count of'} unused bits`);
  }
  // X.690 section 11.2.1. A bit that is set beyond the end is read by some and not by others.
  if (unused > 0 && ((content.at(-1) ?? 0) & ((1 << unused) - 1) || content.length === 1)) {
    throw new Error(`Cannot read ${what}: the ${unused} unused bits of a BIT STRING are not zero`);
  }
  return { unused, octets: content.slice(1) };
}

function describe(node: Asn1 | undefined): string {
  return node === undefined ? 'nothing' : `tag number ${node.type} of class ${node.tagClass >> 6}`;
}

/**
 * The elements inside one constructed DER element, each with its own header, byte for byte as they stand. forge keeps
 * no offsets, and a name or key that is copied into another certificate must not be encoded a second time.
 */
export function elementsOf(der: Uint8Array): Uint8Array[] {
  const outer = extentOf(der, 0);
  if (outer.end !== der.length) {
    throw new Error(`Cannot read DER: the element ends at octet ${outer.end} of ${der.length}`);
  }
  const elements: Uint8Array[] = [];
  for (let offset = outer.content; offset < outer.end; ) {
    const { end } = extentOf(der, offset);
    if (end > outer.end) throw new Error(`Cannot read DER: an inner element ends at octet ${end} of ${outer.end}`);
    elements.push(der.slice(offset, end));
    offset = end;
  }
  return elements;
}

/** Where the content of the element at `offset` begins and ends. Definite, minimal lengths only (X.690 section 10.1). */
function extentOf(der: Uint8Array, offset: number): { content: number; end: number } {
  const tag = der[offset];
  const first = der[offset + 1];
  if (tag === undefined || first === undefined) throw new Error(`Cannot read DER: it ends at octet ${der.length}`);
  if ((tag & 0x1f) === 0x1f) throw new Error(`Cannot read DER: high tag number at octet ${offset}`);
  if (first < 0x80) return { content: offset + 2, end: offset + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new Error(`Cannot read DER: length of ${count} octets at octet ${offset + 1}`);
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (der[offset + 2 + i] ?? 0);
  if (length < (count === 1 ? 0x80 : 256 ** (count - 1))) {
    throw new Error(`Cannot read DER: the length at octet ${offset + 1} is not minimal`);
  }
  return { content: offset + 2 + count, end: offset + 2 + count + length };
}

const universal = (tag: number, constructed: boolean, value: string | Asn1[]): Asn1 =>
  asn1.create(asn1.Class.UNIVERSAL, tag, constructed, value);

/**
 * A node that encodes to the given DER element byte for byte, without parsing it. forge writes a primitive's content
 * as it is, so a tag number that carries the "constructed" bit with it makes an opaque SEQUENCE.
 */
export function verbatim(der: Uint8Array): Asn1 {
  const { content, end } = extentOf(der, 0);
  if (der[0] !== 0x30 || end !== der.length) throw new Error('Cannot embed DER: expected exactly one SEQUENCE');
  return universal(0x20 | Tag.sequence, false, toBinary(der.subarray(content)));
}

export const sequence = (...elements: Asn1[]): Asn1 => universal(Tag.sequence, true, elements);
export const set = (...elements: Asn1[]): Asn1 => universal(Tag.set, true, elements);
export const oid = (dotted: string): Asn1 => universal(Tag.oid, false, asn1.oidToDer(dotted).getBytes());
export const nullValue = (): Asn1 => universal(Tag.null, false, '');
export const booleanTrue = (): Asn1 => universal(Tag.boolean, false, '\xff');
export const octetString = (octets: Uint8Array): Asn1 => universal(Tag.octetString, false, toBinary(octets));

/** INTEGER from its two's complement octets, big-endian. */
export const integer = (octets: Uint8Array): Asn1 => universal(Tag.integer, false, toBinary(octets));

/** BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Asn1 => universal(Tag.bitString, false, `\0${toBinary(octets)}`);

export const utf8String = (text: string): Asn1 =>
  universal(Tag.utf8String, false, Buffer.from(text, 'utf8').toString('latin1'));

/** [tag] EXPLICIT around one element. */
export const explicit = (tag: number, element: Asn1): Asn1 =>
  asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, [element]);

/** [tag] IMPLICIT over a primitive's octets. */
export const implicit = (tag: number, octets: Uint8Array): Asn1 =>
  asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, false, toBinary(octets));
