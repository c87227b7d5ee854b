import { type KeyObject, sign as nodeSign } from 'node:crypto';
import { ATTRIBUTE, attribute, bytes, nameDer, SEQUENCE, tlv, utf8 } from './tlv.ts';

/** AlgorithmIdentifiers, DER. */
export const ALGORITHM = {
  sha1WithRsa: bytes('300d 0609 2a864886f70d010105 0500'),
  sha256WithRsa: bytes('300d 0609 2a864886f70d01010b 0500'),
  ecdsaWithSha256: bytes('300a 0608 2a8648ce3d040302'),
  ed25519: bytes('3005 0603 2b6570'),
  /** RSASSA-PSS with SHA-256, MGF1 with SHA-256 and 32 octets of salt (RFC 4055 section 3.1) */
  pssWithSha256: bytes(
    `3041 0609 2a864886f70d01010a 3034 a00f 300d 0609 608648016503040201 0500
     a11c 301a 0609 2a864886f70d010108 300d 0609 608648016503040201 0500 a203 020120`.replace(/\s/g, ''),
  ),
} as const;

export const HAND_NAME = nameDer([attribute(ATTRIBUTE.CN, 0x0c, utf8('By hand'))]);

export interface HandCertificateInput {
  readonly spki: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber?: Uint8Array;
  readonly algorithm?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  /** DER of each Extension; version 1 where it is left out. */
  readonly extensions?: readonly Uint8Array[];
  /** Signature over the DER of tbsCertificate; four octets that mean nothing where it is left out. */
  readonly sign?: (tbs: Uint8Array) => Uint8Array;
}

/** A certificate octet by octet, for what no library writes: odd versions, dates, serial numbers and algorithms. */
export function handCertificate(input: HandCertificateInput): Uint8Array {
  const algorithm = input.algorithm ?? ALGORITHM.ecdsaWithSha256;
  const utcTime = (text: string) => tlv(0x17, utf8(text));
  const tbs = tlv(
    SEQUENCE,
    ...(input.extensions ? [bytes('a003020102')] : []),
    tlv(0x02, input.serialNumber ?? bytes('0102')),
    algorithm,
    input.issuer ?? input.subject ?? HAND_NAME,
    tlv(SEQUENCE, input.notBefore ?? utcTime('240101000000Z'), input.notAfter ?? utcTime('340101000000Z')),
    input.subject ?? HAND_NAME,
    input.spki,
    ...(input.extensions ? [tlv(0xa3, tlv(SEQUENCE, ...input.extensions))] : []),
  );
  const signature = input.sign?.(tbs) ?? bytes('01020304');
  return tlv(SEQUENCE, tbs, algorithm, tlv(0x03, bytes('00'), signature));
}

export const spkiOf = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ type: 'spki', format: 'der' }));

export const signWith =
  (hash: string | null, key: Parameters<typeof nodeSign>[2]) =>
  (tbs: Uint8Array): Uint8Array =>
    new Uint8Array(nodeSign(hash, tbs, key));
