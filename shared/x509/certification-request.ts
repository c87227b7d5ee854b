import { createPublicKey, verify } from 'node:crypto';
import { childrenOf, elementsOf, parse, readBitString, readOid } from './der.ts';
import { SIGNATURE_ALGORITHMS } from './signature.ts';

/**
 * What is taken from a PKCS #10 certification request (RFC 2986). Its extension requests are left behind: Key Vault
 * always asks for CA:FALSE.
 */
export interface CertificationRequest {
  /** DER of the Name, byte for byte. */
  readonly subject: Uint8Array;
  /** DER of SubjectPublicKeyInfo, byte for byte. */
  readonly spki: Uint8Array;
}

/**
 * Reads a certification request (DER) and verifies its self-signature, RSA PKCS#1 v1.5 or ECDSA with SHA-2. Throws
 * when it does not verify: then nobody has shown to hold the private key.
 */
export function readCertificationRequest(der: Uint8Array): CertificationRequest {
  const [, algorithm, signature] = childrenOf(parse(der), 'the certification request');
  const [info = new Uint8Array()] = elementsOf(new Uint8Array(der));
  const [, subject, spki] = elementsOf(info);
  if (subject === undefined || spki === undefined) {
    throw new Error('Cannot read the certification request: it has no subject or no public key');
  }
  const oid = readOid(childrenOf(algorithm, 'the signature algorithm')[0], 'the signature algorithm');
  const known = Object.values(SIGNATURE_ALGORITHMS).find((candidate) => candidate.oid === oid);
  if (known === undefined) {
    throw new Error(`Cannot verify the certification request: signature algorithm ${oid} is not supported`);
  }
  const { octets } = readBitString(signature, 'the signature of the certification request');
  if (!verifies(known, info, spki, octets)) {
    throw new Error('Cannot trust the certification request: its signature does not verify with its own public key');
  }
  return { subject, spki };
}

type Algorithm = (typeof SIGNATURE_ALGORITHMS)[keyof typeof SIGNATURE_ALGORITHMS];

function verifies({ hash, oid }: Algorithm, info: Uint8Array, spki: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  // node picks the scheme by the key, so an RSA key under an ECDSA identifier would pass unnoticed.
  const expected = SIGNATURE_ALGORITHMS.ES256.oid === oid || SIGNATURE_ALGORITHMS.ES384.oid === oid ? 'ec' : 'rsa';
  return key.asymmetricKeyType === expected && verify(hash, info, key, signature);
}
