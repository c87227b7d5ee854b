import { constants, createECDH, type KeyObject, privateEncrypt } from 'node:crypto';
import type { SignatureAlgorithm, Signer } from '../../shared/x509/signature.ts';

/** DER of DigestInfo up to the digest (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = {
  RS256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  RS384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  RS512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
} as const;

const DIGEST_OCTETS = { RS256: 32, RS384: 48, RS512: 64, ES256: 32, ES384: 48 } as const;

/** Name in node, order n of the base point (SEC 2 sections 2.4.2 and 2.5.1), and the octets of a coordinate. */
const CURVES = {
  ES256: {
    jwk: 'P-256',
    node: 'prime256v1',
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    octets: 32,
  },
  ES384: {
    jwk: 'P-384',
    node: 'secp384r1',
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    octets: 48,
  },
} as const;

/**
 * Key Vault's sign operation with a private key of our own: it takes a digest, not a message, refuses a digest of
 * another length, and answers r‖s for EC.
 */
export function localSigner(privateKey: KeyObject): Signer {
  return async (algorithm, digest) => {
    if (digest.length !== DIGEST_OCTETS[algorithm]) {
      throw new Error(`Cannot sign ${digest.length} octets with ${algorithm}: expected ${DIGEST_OCTETS[algorithm]}`);
    }
    return algorithm === 'ES256' || algorithm === 'ES384'
      ? signEc(algorithm, privateKey, digest)
      : signRsa(algorithm, privateKey, digest);
  };
}

function signRsa(algorithm: keyof typeof DIGEST_INFO, privateKey: KeyObject, digest: Uint8Array): Uint8Array {
  if (privateKey.asymmetricKeyType !== 'rsa') throw wrongKey(algorithm, privateKey);
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  return new Uint8Array(privateEncrypt(key, Buffer.concat([DIGEST_INFO[algorithm], digest])));
}

/**
 * ECDSA over a given digest (FIPS 186-5 section 6.4.1), which node:crypto does not offer: it hashes by itself. Its
 * ECDH makes the ephemeral key: k and the x coordinate of k·G.
 */
function signEc(algorithm: keyof typeof CURVES, privateKey: KeyObject, digest: Uint8Array): Uint8Array {
  const { jwk, node, order, octets } = CURVES[algorithm];
  const { crv, d } = privateKey.export({ format: 'jwk' });
  if (crv !== jwk || d === undefined) throw wrongKey(algorithm, privateKey);
  const ephemeral = createECDH(node);
  // Uncompressed point: 04, x, y.
  const r = toNumber(ephemeral.generateKeys().subarray(1, 1 + octets)) % order;
  const k = toNumber(ephemeral.getPrivateKey());
  const s = (power(k, order - 2n, order) * (toNumber(digest) + r * toNumber(Buffer.from(d, 'base64url')))) % order;
  const hex = [r, s].map((number) => number.toString(16).padStart(octets * 2, '0')).join('');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function toNumber(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}

/** The order is a prime, so k to the power of order - 2 is the inverse of k (Fermat). */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

function wrongKey(algorithm: SignatureAlgorithm, { asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Error {
  const key = `${asymmetricKeyType} ${asymmetricKeyDetails?.namedCurve ?? ''}`;
  return new Error(`Cannot sign with ${algorithm}: the key is ${key}`);
}
