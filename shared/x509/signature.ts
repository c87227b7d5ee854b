import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { type Asn1, encode, integer, nullValue, oid, sequence } from './der.ts';
import { publicKeyKind } from './public-key.ts';

/** Names of RFC 7518 section 3.1, as Key Vault's sign operation takes them. */
export type SignatureAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384';

/**
 * Key Vault's sign operation on the issuer's key: takes the digest, answers an RSA PKCS#1 v1.5 signature, or for EC
 * the raw r‖s of IEEE P1363.
 */
export type Signer = (algorithm: SignatureAlgorithm, digest: Uint8Array) => Promise<Uint8Array>;

/** Hash, and OID of the X.509 signature algorithm (RFC 4055 section 5, RFC 5758 section 3.2). */
export const SIGNATURE_ALGORITHMS = {
  RS256: { hash: 'sha256', oid: '1.2.840.113549.1.1.11' },
  RS384: { hash: 'sha384', oid: '1.2.840.113549.1.1.12' },
  RS512: { hash: 'sha512', oid: '1.2.840.113549.1.1.13' },
  ES256: { hash: 'sha256', oid: '1.2.840.10045.4.3.2' },
  ES384: { hash: 'sha384', oid: '1.2.840.10045.4.3.3' },
} as const satisfies Record<SignatureAlgorithm, { hash: string; oid: string }>;

const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512'] as const;

/**
 * The algorithm the issuer's key signs with. EC: the one bound to its curve in Key Vault. RSA: the predecessor's, if
 * that was PKCS#1 v1.5 with SHA-2, so that devices meet nothing they have not verified before; else RS256. Throws for
 * a key that cannot sign a CA certificate here.
 */
export function signatureAlgorithmFor(issuer: Certificate, predecessor?: Certificate): SignatureAlgorithm {
  const kind = publicKeyKind(issuer.spki);
  if (kind.kty === 'RSA') {
    const before = predecessor?.signatureAlgorithm;
    return RSA_ALGORITHMS.find((algorithm) => SIGNATURE_ALGORITHMS[algorithm].oid === before) ?? 'RS256';
  }
  if (kind.curve === 'P-256') return 'ES256';
  if (kind.curve === 'P-384') return 'ES384';
  throw new Error(
    `Cannot sign with the EC key of certificate ${issuer.thumbprint} on curve ${kind.curve}: use P-256 or P-384`,
  );
}

/** AlgorithmIdentifier: NULL parameters for RSA (RFC 4055 section 5), none at all for ECDSA (RFC 5758 section 3.2). */
export function algorithmIdentifier(algorithm: SignatureAlgorithm): Asn1 {
  const id = oid(SIGNATURE_ALGORITHMS[algorithm].oid);
  return algorithm.startsWith('ES') ? sequence(id) : sequence(id, nullValue());
}

/** Raw r‖s (IEEE P1363, both halves of equal length) to the DER of ECDSA-Sig-Value (RFC 3279 section 2.2.3). */
export function p1363ToDer(signature: Uint8Array): Uint8Array {
  if (signature.length === 0 || signature.length % 2 !== 0) {
    throw new Error(`Cannot split an EC signature of ${signature.length} octets into r and s of equal length`);
  }
  const half = signature.length / 2;
  return encode(sequence(positive(signature.subarray(0, half)), positive(signature.subarray(half))));
}

/** INTEGER from an unsigned big-endian number: minimal, and never negative. */
function positive(octets: Uint8Array): Asn1 {
  const start = octets.findIndex((octet) => octet !== 0);
  const digits = start < 0 ? octets.subarray(-1) : octets.subarray(start);
  return integer((digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...digits) : digits);
}

/**
 * Whether `issuer` issued `certificate`: its subject is the certificate's issuer, byte for byte, and its key verifies
 * the signature. Names and key identifiers alone are forgeable. Dates and extensions are not looked at.
 */
export function verifiesSignature(certificate: Pick<Certificate, 'der' | 'issuer'>, issuer: Certificate): boolean {
  if (Buffer.compare(certificate.issuer, issuer.subject) !== 0) return false;
  try {
    return new X509Certificate(certificate.der).verify(publicKeyOf(issuer));
  } catch {
    // OpenSSL throws for keys and algorithms it does not know. What cannot be verified is not verified.
    return false;
  }
}

/** Of issuers, of which there are few: making a key takes as long as verifying with it, for each of a million devices. */
const publicKeys = new WeakMap<Certificate, KeyObject>();

function publicKeyOf(issuer: Certificate): KeyObject {
  const key = publicKeys.get(issuer) ?? createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' });
  publicKeys.set(issuer, key);
  return key;
}
