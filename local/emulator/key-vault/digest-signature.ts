import { constants, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import { signDigestEcdsa, verifyDigestEcdsa } from './ecdsa.ts';
import { signDigestPss, verifyDigestPss } from './rsa-pss.ts';

/** Key Vault's signature algorithms: names of RFC 7518 section 3.1 and RFC 8812. */
export interface SignatureAlgorithm {
  readonly scheme: 'pkcs1' | 'pss' | 'ecdsa';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly digestOctets: number;
  /** Of an ECDSA key, as OpenSSL calls it: each algorithm is bound to one curve. */
  readonly curve?: string;
}

const SHA256 = { hash: 'sha256', digestOctets: 32 } as const;
const SHA384 = { hash: 'sha384', digestOctets: 48 } as const;
const SHA512 = { hash: 'sha512', digestOctets: 64 } as const;

export const SIGNATURE_ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  RS256: { scheme: 'pkcs1', ...SHA256 },
  RS384: { scheme: 'pkcs1', ...SHA384 },
  RS512: { scheme: 'pkcs1', ...SHA512 },
  PS256: { scheme: 'pss', ...SHA256 },
  PS384: { scheme: 'pss', ...SHA384 },
  PS512: { scheme: 'pss', ...SHA512 },
  ES256: { scheme: 'ecdsa', ...SHA256, curve: 'prime256v1' },
  ES256K: { scheme: 'ecdsa', ...SHA256, curve: 'secp256k1' },
  ES384: { scheme: 'ecdsa', ...SHA384, curve: 'secp384r1' },
  ES512: { scheme: 'ecdsa', ...SHA512, curve: 'secp521r1' },
};

/** DER of DigestInfo up to the digest (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** Whether the key is of the algorithm's type and, for EC, on its curve. */
export function suits(algorithm: SignatureAlgorithm, key: KeyObject): boolean {
  return algorithm.scheme === 'ecdsa'
    ? key.asymmetricKeyDetails?.namedCurve === algorithm.curve
    : key.asymmetricKeyType === 'rsa';
}

/** The signature of a digest: for RSA as long as the modulus, for EC r and s of equal length (IEEE P1363). */
export function signDigest(key: KeyObject, algorithm: SignatureAlgorithm, digest: Uint8Array): Uint8Array {
  if (algorithm.scheme === 'ecdsa') return signDigestEcdsa(key, digest);
  if (algorithm.scheme === 'pss') return signDigestPss(key, algorithm.hash, digest);
  const info = Buffer.concat([DIGEST_INFO[algorithm.hash], digest]);
  return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info));
}

/** Whether the signature is one of the digest by this private key. */
export function verifyDigest(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm.scheme === 'ecdsa') return verifyDigestEcdsa(key, digest, signature);
  if (algorithm.scheme === 'pss') return verifyDigestPss(key, algorithm.hash, digest, signature);
  // RFC 8017 section 8.2.2 step 1: OpenSSL takes a signature without its leading zeros for the same number.
  if (signature.length * 8 !== key.asymmetricKeyDetails?.modulusLength) return false;
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return info.equals(Buffer.concat([DIGEST_INFO[algorithm.hash], digest]));
  } catch {
    // Wrong padding or length: OpenSSL's way of saying no.
    return false;
  }
}
