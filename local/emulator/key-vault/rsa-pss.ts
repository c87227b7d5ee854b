import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt, randomBytes } from 'node:crypto';

/** MGF1 (RFC 8017 appendix B.2.1). */
function mask(seed: Uint8Array, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, have = 0; have < length; counter++) {
    const index = Buffer.alloc(4);
    index.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(index).digest();
    blocks.push(block);
    have += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

/** H = Hash(eight zero octets, digest, salt). */
function saltedHash(hash: string, digest: Uint8Array, salt: Uint8Array): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

function modulusOctets(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}

/**
 * Signs a digest as it is with RSASSA-PSS (RFC 8017 section 8.1.1, encoding 9.1.1), salt as long as the hash (RFC 7518
 * section 3.5). node:crypto signs messages only. The modulus has a whole number of octets, so one leading bit is 0.
 */
export function signDigestPss(key: KeyObject, hash: string, digest: Uint8Array): Uint8Array {
  const length = modulusOctets(key);
  const salt = randomBytes(digest.length);
  const h = saltedHash(hash, digest, salt);
  const block = Buffer.concat([Buffer.alloc(length - 2 * digest.length - 2), Buffer.of(1), salt]);
  const masked = xor(block, mask(h, block.length, hash));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([masked, h, Buffer.of(0xbc)]);
  return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded));
}

/** RFC 8017 section 8.1.2, encoding 9.1.2, for a salt as long as the hash. */
export function verifyDigestPss(key: KeyObject, hash: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const length = modulusOctets(key);
  if (signature.length !== length) return false;
  const encoded = decrypt(key, signature);
  if (encoded === undefined || encoded.at(-1) !== 0xbc || ((encoded[0] ?? 0) & 0x80) !== 0) return false;
  const blockLength = length - digest.length - 1;
  const h = encoded.subarray(blockLength, length - 1);
  const block = xor(encoded.subarray(0, blockLength), mask(h, blockLength, hash));
  block[0] = (block[0] ?? 0) & 0x7f;
  const padding = block.subarray(0, blockLength - digest.length);
  if (padding.at(-1) !== 1 || padding.subarray(0, -1).some((byte) => byte !== 0)) return false;
  return saltedHash(hash, digest, block.subarray(padding.length)).equals(h);
}

/** OpenSSL throws for a number that is not below the modulus: no signature of this key. */
function decrypt(key: KeyObject, signature: Uint8Array): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
}
