import { createHash } from 'node:crypto';
import { childrenOf, contentOf, isUniversal, parse, readBitString, readOid, Tag } from './der.ts';
import { Oid } from './oids.ts';

/** The key kinds Key Vault has; `size` is the modulus in bits, `curve` the JWK name or else the curve's OID. */
export type PublicKeyKind =
  | { readonly kty: 'RSA'; readonly size: number }
  | { readonly kty: 'EC'; readonly curve: 'P-256' | 'P-384' | 'P-521' | (string & {}) };

/** RFC 5480 section 2.1.1.1, names as in RFC 7518 section 6.2.1.1. */
const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
};

/** Kind of the key in a SubjectPublicKeyInfo (DER). Throws for anything but RSA and EC on a named curve. */
export function publicKeyKind(spki: Uint8Array): PublicKeyKind {
  const [algorithm, key] = childrenOf(parse(spki), 'subjectPublicKeyInfo');
  const [id, parameters] = childrenOf(algorithm, 'the public key algorithm');
  const oid = readOid(id, 'the public key algorithm');
  if (oid === Oid.rsaEncryption) {
    const { octets } = readBitString(key, 'the RSA public key');
    const [modulus] = childrenOf(parse(octets), 'the RSA public key');
    return { kty: 'RSA', size: bitLength(contentOf(modulus, 'the RSA modulus')) };
  }
  if (oid !== Oid.ecPublicKey) {
    throw new Error(`Cannot use a public key of algorithm ${oid}: Key Vault signs with RSA and EC keys only`);
  }
  if (!isUniversal(parameters, Tag.oid)) {
    throw new Error('Cannot use an EC public key without a named curve (RFC 5480 section 2.1.1)');
  }
  const curve = readOid(parameters, 'the curve');
  return { kty: 'EC', curve: CURVES[curve] ?? curve };
}

function bitLength(binary: string): number {
  const hex = Buffer.from(binary, 'latin1').toString('hex').replace(/^0+/, '');
  return hex === '' ? 0 : hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28);
}

/**
 * Whether two SubjectPublicKeyInfo (DER) are the same key. Octets decide: RFC 3279 and RFC 5480 leave one encoding for
 * a key, and one that is encoded differently is not what a relying party compares equal.
 */
export function samePublicKey(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Key identifier by method (1) of RFC 5280 section 4.2.1.2: SHA-1 over the BIT STRING's content, 20 octets. */
export function subjectKeyIdentifierOf(spki: Uint8Array): Uint8Array {
  const [, key] = childrenOf(parse(spki), 'subjectPublicKeyInfo');
  const { octets } = readBitString(key, 'subjectPublicKey');
  return new Uint8Array(createHash('sha1').update(octets).digest());
}
