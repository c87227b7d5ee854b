import { createHash } from 'node:crypto';
import {
  type Asn1,
  childrenOf,
  contentOf,
  elementsOf,
  fieldsOf,
  isContext,
  isUniversal,
  parse,
  readOid,
  Tag,
} from './der.ts';
import {
  type Extension,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readExtensions,
  readKeyUsage,
  readSubjectKeyIdentifier,
} from './extension.ts';
import { Oid } from './oids.ts';
import { readTime } from './time.ts';

export type { Extension } from './extension.ts';

/** An X.509 certificate (RFC 5280 section 4.1), with everything that is copied later kept byte for byte. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-1 of the DER as 40 upper-case hex characters, as DPS and Key Vault (x5t) identify it. */
  readonly thumbprint: string;
  /** Lower-case hex of the INTEGER's content octets: a leading 00 stays, a negative number begins with 8 to f. */
  readonly serialNumber: string;
  /** DER of the Name, byte for byte. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER of SubjectPublicKeyInfo, byte for byte. */
  readonly spki: Uint8Array;
  /** OID of the signature algorithm. */
  readonly signatureAlgorithm: string;
  /** cA of basicConstraints; false where the extension is absent. */
  readonly isCa: boolean;
  readonly pathLen: number | undefined;
  /** Names of RFC 5280 section 4.2.1.3 ('keyCertSign', 'cRLSign', …); empty where the extension is absent. */
  readonly keyUsage: readonly string[];
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  /** The keyIdentifier only. */
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly extensions: readonly Extension[];
  /** 1, 2 or 3. */
  readonly version: number;
}

/**
 * Reads any X.509 certificate from DER, whatever its key, signature algorithm, version or dates. It judges nothing but
 * the form. Throws an Error that names what is wrong.
 */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    return read(new Uint8Array(der));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read ${der.length} octets as an X.509 certificate: ${reason}`, { cause });
  }
}

/** The same; `undefined` for what cannot be read. */
export function readIfCertificate(der: Uint8Array): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch {
    return undefined;
  }
}

/** Who a certificate is for, who has issued it, and since when. */
export type CertificateFace = Pick<Certificate, 'der' | 'subject' | 'issuer' | 'notBefore'>;

/**
 * Reads no more than that: of a million devices, whose certificates count only by an issuer's signature, the rest is
 * nobody's business. `undefined` for what cannot be read.
 */
export function readFaceIfCertificate(der: Uint8Array): CertificateFace | undefined {
  try {
    const { subject, issuer, validity } = readFields(der);
    return { der, subject, issuer, notBefore: readTime(fieldsOf(parse(validity), 'validity')[0], 'notBefore') };
  } catch {
    return undefined;
  }
}

/** DER of the fields that every certificate has; `first` is where they begin in tbsCertificate. */
function readFields(der: Uint8Array) {
  const outer = elementsOf(der);
  const [tbsDer] = outer;
  if (outer.length !== 3 || tbsDer?.[0] !== 0x30) {
    throw new Error(`expected tbsCertificate, signatureAlgorithm and signature, found ${outer.length} elements`);
  }
  const ders = elementsOf(tbsDer);
  // The version, [0], is a DEFAULT field: version 1 leaves it out, and all others move up by one.
  const first = ders[0]?.[0] === 0xa0 ? 1 : 0;
  const [issuer, validity, subject, spki] = ders.slice(first + 2);
  if (issuer === undefined || validity === undefined || subject === undefined || spki === undefined) {
    throw new Error(`tbsCertificate has only ${ders.length} fields`);
  }
  return {
    first,
    subject: requireSequence(subject, 'subject'),
    issuer: requireSequence(issuer, 'issuer'),
    validity,
    spki: requireSequence(spki, 'subjectPublicKeyInfo'),
  };
}

function read(der: Uint8Array): Certificate {
  const outer = fieldsOf(parse(der), 'the certificate');
  const { first, subject, issuer, spki } = readFields(der);
  const nodes = fieldsOf(outer[0], 'tbsCertificate');
  const validity = fieldsOf(nodes[first + 3], 'validity');
  return {
    der,
    thumbprint: createHash('sha1').update(der).digest('hex').toUpperCase(),
    serialNumber: readSerialNumber(nodes[first]),
    subject,
    issuer,
    notBefore: readTime(validity[0], 'notBefore'),
    notAfter: readTime(validity[1], 'notAfter'),
    spki,
    signatureAlgorithm: readOid(fieldsOf(outer[1], 'signatureAlgorithm')[0], 'signatureAlgorithm'),
    ...readExtensionFields(nodes.slice(first + 6).find((node) => isContext(node, 3))),
    version: first === 0 ? 1 : readVersion(nodes[0]),
  };
}

function readExtensionFields(node: Asn1 | undefined) {
  const extensions = node === undefined ? [] : readExtensions(childrenOf(node, 'the extensions')[0]);
  const find = (oid: string) => extensions.find((extension) => extension.oid === oid)?.value;
  return {
    ...readBasicConstraints(find(Oid.basicConstraints)),
    keyUsage: readKeyUsage(find(Oid.keyUsage)),
    subjectKeyIdentifier: readSubjectKeyIdentifier(find(Oid.subjectKeyIdentifier)),
    authorityKeyIdentifier: readAuthorityKeyIdentifier(find(Oid.authorityKeyIdentifier)),
    extensions,
  };
}

function readSerialNumber(node: Asn1 | undefined): string {
  if (!isUniversal(node, Tag.integer)) throw new Error('serialNumber is not an INTEGER');
  return Buffer.from(contentOf(node, 'serialNumber'), 'latin1').toString('hex');
}

function readVersion(node: Asn1 | undefined): number {
  const value = contentOf(childrenOf(node, 'version')[0], 'version');
  const version = value.charCodeAt(0) + 1;
  if (value.length !== 1) throw new Error(`version has ${value.length} octets, expected one`);
  if (version > 3) throw new Error(`version is ${version}, expected 1, 2 or 3`);
  return version;
}

function requireSequence(der: Uint8Array, what: string): Uint8Array {
  if (der[0] !== 0x30) throw new Error(`${what} is not a SEQUENCE`);
  return der;
}
