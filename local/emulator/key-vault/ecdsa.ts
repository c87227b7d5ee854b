import { createECDH, type KeyObject } from 'node:crypto';

/** Order n of the base point of each curve (SEC 2), and the length of a coordinate in octets. */
const CURVES: Readonly<Record<string, { order: bigint; octets: number }>> = {
  prime256v1: { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, octets: 32 },
  secp256k1: { order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n, octets: 32 },
  secp384r1: {
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    octets: 48,
  },
  secp521r1: {
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    octets: 66,
  },
};

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function toOctets(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

function modulo(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** Extended Euclidean algorithm; `value` and `modulus` have no common factor. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return modulo(x, modulus);
}

/** x of an uncompressed point (SEC 1 section 2.3.3: 04, x, y). */
function xOf(point: Buffer, octets: number): bigint {
  return toInteger(point.subarray(1, 1 + octets));
}

function readKey(key: KeyObject) {
  const name = key.asymmetricKeyDetails?.namedCurve ?? '';
  const curve = CURVES[name];
  if (curve === undefined) throw new Error(`Cannot use ECDSA with a key on the curve '${name}'`);
  return { name, ...curve, secret: toInteger(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')) };
}

/**
 * Signs a digest as it is, which node:crypto cannot do for EC keys: it always hashes first (FIPS 186-5 section 6.4.1).
 * Not hardened against timing: it serves keys that are made for trying things out.
 *
 * @param digest no longer than the curve's order.
 * @returns r and s of equal length (IEEE P1363).
 */
export function signDigestEcdsa(key: KeyObject, digest: Uint8Array): Uint8Array {
  const { name, order, octets, secret } = readKey(key);
  for (;;) {
    const ephemeral = createECDH(name);
    const r = modulo(xOf(ephemeral.generateKeys(), octets), order);
    const s = modulo(inverse(toInteger(ephemeral.getPrivateKey()), order) * (toInteger(digest) + r * secret), order);
    if (r !== 0n && s !== 0n) return new Uint8Array(Buffer.concat([toOctets(r, octets), toOctets(s, octets)]));
  }
}

/**
 * Whether r and s are a signature of the digest by this private key. The verifier's u1·G + u2·Q (FIPS 186-5 section
 * 6.4.2) is (u1 + u2·d)·G for whoever holds d, as a vault does.
 */
export function verifyDigestEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { name, order, octets, secret } = readKey(key);
  if (signature.length !== 2 * octets) return false;
  const [r, s] = [toInteger(signature.subarray(0, octets)), toInteger(signature.subarray(octets))];
  if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
  const scalar = modulo(inverse(s, order) * (toInteger(digest) + r * secret), order);
  if (scalar === 0n) return false;
  const ecdh = createECDH(name);
  ecdh.setPrivateKey(toOctets(scalar, octets));
  return modulo(xOf(ecdh.getPublicKey(), octets), order) === r;
}
