import type { Certificate } from './certificate.ts';
import { authorityKeyIdentifierExtension, type Extension, subjectKeyIdentifierExtension } from './extension.ts';
import { Oid } from './oids.ts';
import { samePublicKey, subjectKeyIdentifierOf } from './public-key.ts';
import { type Signer, signatureAlgorithmFor } from './signature.ts';
import { signCertificate } from './tbs-certificate.ts';

export interface RenewalInput {
  readonly predecessor: Certificate;
  /** DER SubjectPublicKeyInfo of the new certificate, from its certification request. */
  readonly spki: Uint8Array;
  /**
   * The certificate whose key signs. Where that key is `spki` itself the renewal is self-signed: give the predecessor
   * (same key) or the certificate through which the new key signs (new key); only its key counts then.
   */
  readonly issuer: Certificate;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** 16 to 20 random octets. */
  readonly serialNumber: Uint8Array;
  /** Signs with the issuer's key. */
  readonly sign: Signer;
}

/**
 * Builds the DER of a renewal: the same certificate again, later. Subject, and every extension in its order,
 * criticality and bytes, are the predecessor's; only the two key identifiers follow the keys.
 */
export async function buildRenewal(input: RenewalInput): Promise<Uint8Array> {
  const { predecessor, spki, issuer, notBefore, notAfter, serialNumber, sign } = input;
  const selfSigned = samePublicKey(spki, issuer.spki);
  return signCertificate(
    {
      serialNumber,
      // Key Vault re-encodes a subject in its own certificates, so a self-signed one takes its own bytes, not theirs.
      issuer: selfSigned ? predecessor.subject : issuer.subject,
      subject: predecessor.subject,
      notBefore,
      notAfter,
      spki,
      extensions: renewedExtensions(predecessor, spki, selfSigned ? undefined : issuer),
    },
    signatureAlgorithmFor(issuer, predecessor),
    sign,
  );
}

/** `issuer` is undefined for a self-signed renewal. */
function renewedExtensions(predecessor: Certificate, spki: Uint8Array, issuer: Certificate | undefined): Extension[] {
  const keyIdentifier = renewedKeyIdentifier(predecessor, spki);
  const ski = subjectKeyIdentifierExtension(keyIdentifier);
  const aki = renewedAuthorityKeyIdentifier(predecessor, keyIdentifier, issuer);
  const renewed = predecessor.extensions.flatMap((extension) => {
    if (extension.oid === ski.oid) return [{ ...extension, value: ski.value }];
    if (extension.oid === Oid.authorityKeyIdentifier) return aki === undefined ? [] : [aki];
    return [extension];
  });
  const has = (oid: string) => renewed.some((extension) => extension.oid === oid);
  // A CA certificate must have one (RFC 5280 section 4.2.1.2), also where the predecessor did not.
  if (!has(ski.oid)) renewed.push(ski);
  if (aki !== undefined && !has(aki.oid)) renewed.push(aki);
  return renewed;
}

/** Same key: the predecessor's, however it was made, since certificates below name it. New key: method (1). */
function renewedKeyIdentifier(predecessor: Certificate, spki: Uint8Array): Uint8Array {
  const kept = samePublicKey(spki, predecessor.spki) ? predecessor.subjectKeyIdentifier : undefined;
  return kept ?? subjectKeyIdentifierOf(spki);
}

/**
 * Names the issuer's key as the issuer's own subjectKeyIdentifier does. A self-signed certificate may leave it out
 * (RFC 5280 section 4.2.1.1), and does so if the predecessor did.
 */
function renewedAuthorityKeyIdentifier(
  predecessor: Certificate,
  own: Uint8Array,
  issuer: Certificate | undefined,
): Extension | undefined {
  const present = predecessor.extensions.some((extension) => extension.oid === Oid.authorityKeyIdentifier);
  if (issuer === undefined) return present ? authorityKeyIdentifierExtension(own) : undefined;
  if (!present && issuer.subjectKeyIdentifier === undefined) return undefined;
  return authorityKeyIdentifierExtension(issuer.subjectKeyIdentifier ?? subjectKeyIdentifierOf(issuer.spki));
}
