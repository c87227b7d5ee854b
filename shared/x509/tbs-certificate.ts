import { createHash } from 'node:crypto';
import { type Asn1, bitString, encode, explicit, integer, sequence, verbatim } from './der.ts';
import { type Extension, extensionNode } from './extension.ts';
import {
  algorithmIdentifier,
  p1363ToDer,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type Signer,
} from './signature.ts';
import { time } from './time.ts';

/** What is signed (RFC 5280 section 4.1, TBSCertificate); version and algorithm are added on signing. */
export interface TbsCertificate {
  /** 16 to 20 random octets; made positive and minimal on signing. */
  readonly serialNumber: Uint8Array;
  /** DER Names, copied byte for byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER SubjectPublicKeyInfo, copied byte for byte. */
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
}

/**
 * Encodes a certificate, has `sign` sign the digest of its DER, and puts both together. Answers the certificate's DER.
 * The signature is not verified here: see `renewalFaults`.
 */
export async function signCertificate(
  tbs: TbsCertificate,
  algorithm: SignatureAlgorithm,
  sign: Signer,
): Promise<Uint8Array> {
  const tbsDer = encode(tbsNode(tbs, algorithm));
  const digest = createHash(SIGNATURE_ALGORITHMS[algorithm].hash).update(tbsDer).digest();
  const signature = await sign(algorithm, new Uint8Array(digest));
  const value = algorithm.startsWith('ES') ? p1363ToDer(signature) : signature;
  return encode(sequence(verbatim(tbsDer), algorithmIdentifier(algorithm), bitString(value)));
}

function tbsNode(tbs: TbsCertificate, algorithm: SignatureAlgorithm): Asn1 {
  const fields = [
    // Version 3 is written as 2.
    explicit(0, integer(Uint8Array.of(2))),
    integer(positiveSerialNumber(tbs.serialNumber)),
    algorithmIdentifier(algorithm),
    verbatim(tbs.issuer),
    sequence(time(tbs.notBefore), time(tbs.notAfter)),
    verbatim(tbs.subject),
    verbatim(tbs.spki),
  ];
  // Extensions is SIZE (1..MAX): with none the field is left out, not empty.
  if (tbs.extensions.length > 0) fields.push(explicit(3, sequence(...tbs.extensions.map(extensionNode))));
  return sequence(...fields);
}

/**
 * A serial number is positive and at most 20 octets (RFC 5280 section 4.1.2.2). Clearing the highest bit makes it
 * positive, setting the next one makes it non-zero and minimal without another octet.
 */
function positiveSerialNumber(random: Uint8Array): Uint8Array {
  if (random.length < 16 || random.length > 20) {
    throw new Error(`Cannot make a serial number of ${random.length} octets: give 16 to 20 random ones`);
  }
  const serialNumber = Uint8Array.from(random);
  serialNumber[0] = ((random[0] ?? 0) & 0x7f) | 0x40;
  return serialNumber;
}
