import forge from 'node-forge';
import {
  type Asn1,
  booleanTrue,
  contentOf,
  encode,
  fieldsOf,
  fromBinary,
  implicit,
  isContext,
  isUniversal,
  octetString,
  oid,
  parse,
  readBitString,
  readOid,
  sequence,
  Tag,
} from './der.ts';
import { Oid } from './oids.ts';

/** One extension of a certificate (RFC 5280 section 4.1, Extension). */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of extnValue: the DER of the extension's own type. */
  readonly value: Uint8Array;
}

/** Bit 0 first (RFC 5280 section 4.2.1.3). */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/**
 * The extensions in an Extensions node, in their order. Throws when one appears twice (RFC 5280 section 4.2): readers
 * disagree on which of the two counts.
 */
export function readExtensions(node: Asn1 | undefined): readonly Extension[] {
  const extensions = fieldsOf(node, 'the extensions').map(readExtension);
  const seen = new Set<string>();
  for (const { oid } of extensions) {
    if (seen.has(oid)) throw new Error(`Cannot read the extensions: ${oid} appears twice`);
    seen.add(oid);
  }
  return extensions;
}

function readExtension(node: Asn1): Extension {
  const [id, ...rest] = fieldsOf(node, 'an extension');
  const oid = readOid(id, 'the identifier of an extension');
  const critical = isUniversal(rest[0], Tag.boolean) ? rest.shift() : undefined;
  const [value] = rest;
  if (!isUniversal(value, Tag.octetString) || rest.length !== 1) {
    throw new Error(`Cannot read the extension ${oid}: its value is not one OCTET STRING`);
  }
  return {
    oid,
    critical: critical !== undefined && isTrue(critical),
    value: fromBinary(contentOf(value, `the extension ${oid}`)),
  };
}

/** DER writes TRUE as 0xff, BER as anything but zero; certificates with 0x01 exist. */
function isTrue(node: Asn1): boolean {
  const content = contentOf(node, 'a BOOLEAN');
  if (content.length !== 1) throw new Error(`Cannot read a BOOLEAN: it has ${content.length} octets`);
  return content !== '\0';
}

/** An Extension node; `critical` is left out when FALSE, its DEFAULT (X.690 section 11.5). */
export function extensionNode({ oid: id, critical, value }: Extension): Asn1 {
  return critical ? sequence(oid(id), booleanTrue(), octetString(value)) : sequence(oid(id), octetString(value));
}

/** cA and pathLenConstraint of a basicConstraints value; an absent extension means no CA (RFC 5280 section 4.2.1.9). */
export function readBasicConstraints(value: Uint8Array | undefined): { isCa: boolean; pathLen: number | undefined } {
  if (value === undefined) return { isCa: false, pathLen: undefined };
  const fields = fieldsOf(parse(value), 'basicConstraints');
  const ca = isUniversal(fields[0], Tag.boolean) ? fields.shift() : undefined;
  const [pathLen] = fields;
  if (fields.length > 1 || (pathLen !== undefined && !isUniversal(pathLen, Tag.integer))) {
    throw new Error('Cannot read basicConstraints: expected at most a BOOLEAN and an INTEGER');
  }
  return { isCa: ca !== undefined && isTrue(ca), pathLen: pathLen && readPathLen(pathLen) };
}

function readPathLen(node: Asn1): number {
  const content = contentOf(node, 'pathLenConstraint');
  const [first = 0x80, second] = fromBinary(content);
  // One octet, or two of which the first is needed: other readers take another encoding for no extension at all.
  const isMinimal = content.length === 1 || (content.length === 2 && (first > 0 || (second ?? 0) >= 0x80));
  if (first >= 0x80 || !isMinimal) {
    throw new Error(`Cannot read basicConstraints: pathLenConstraint, of ${content.length} octets, is no small number`);
  }
  return forge.asn1.derToInteger(content);
}

/** Names of the bits set in a keyUsage value, as RFC 5280 section 4.2.1.3 spells them; empty when absent. */
export function readKeyUsage(value: Uint8Array | undefined): readonly string[] {
  if (value === undefined) return [];
  const { octets } = readBitString(parse(value), 'keyUsage');
  return KEY_USAGES.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** The octets of a subjectKeyIdentifier value. */
export function readSubjectKeyIdentifier(value: Uint8Array | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const node = parse(value);
  if (!isUniversal(node, Tag.octetString)) throw new Error('Cannot read subjectKeyIdentifier: not an OCTET STRING');
  return fromBinary(contentOf(node, 'subjectKeyIdentifier'));
}

/** keyIdentifier [0] of an authorityKeyIdentifier value; undefined when it names issuer and serial number only. */
export function readAuthorityKeyIdentifier(value: Uint8Array | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const fields = fieldsOf(parse(value), 'authorityKeyIdentifier');
  if (
    !fields.every((field, index) =>
      [0, 1, 2].some((tag) => tag >= index && isContext(field, tag) && field.constructed === (tag === 1)),
    )
  ) {
    throw new Error('Cannot read authorityKeyIdentifier: expected [0], [1] and [2], each at most once');
  }
  const keyIdentifier = fields.find((field) => isContext(field, 0));
  return keyIdentifier && fromBinary(contentOf(keyIdentifier, 'keyIdentifier of authorityKeyIdentifier'));
}

/** A subjectKeyIdentifier extension, never critical (RFC 5280 section 4.2.1.2). */
export function subjectKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  return { oid: Oid.subjectKeyIdentifier, critical: false, value: encode(octetString(keyIdentifier)) };
}

/** An authorityKeyIdentifier extension with the keyIdentifier alone, never critical (RFC 5280 section 4.2.1.1). */
export function authorityKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  return { oid: Oid.authorityKeyIdentifier, critical: false, value: encode(sequence(implicit(0, keyIdentifier))) };
}
