import type { Certificate } from './certificate.ts';
import { authorityKeyIdentifierExtension } from './extension.ts';
import { commonName } from './name.ts';
import { type Signer, signatureAlgorithmFor } from './signature.ts';
import { signCertificate } from './tbs-certificate.ts';

/** ub-common-name, in characters (RFC 5280 appendix A.1). */
const MAX_COMMON_NAME_LENGTH = 64;

const HOUR_IN_MS = 3_600_000;
/** Room for clocks that differ: DPS refuses a certificate that is not valid yet. */
const BACK_DATED_IN_MS = HOUR_IN_MS;
/** Far more than one attempt at verifying takes. */
const VALIDITY_IN_MS = 24 * HOUR_IN_MS;

export interface ProofInput {
  /** The certificate uploaded to DPS, whose key signs. */
  readonly ca: Certificate;
  /** As DPS generated it (48 upper-case hex characters today). */
  readonly verificationCode: string;
  /** DER SubjectPublicKeyInfo of any key: only the signature proves something. */
  readonly spki: Uint8Array;
  /** 16 to 20 random octets. */
  readonly serialNumber: Uint8Array;
  readonly now: Date;
  /** Signs with the CA's key. */
  readonly sign: Signer;
}

/**
 * Builds the DER of the certificate that proves possession of a CA's key to DPS: the common name is the verification
 * code, the issuer the CA's subject byte for byte, and there is no extension but authorityKeyIdentifier, as in the
 * certificates DPS is known to accept. It is no CA, and no device can register with it: nobody holds its key.
 */
export async function buildProof(input: ProofInput): Promise<Uint8Array> {
  const { ca, verificationCode, spki, serialNumber, now, sign } = input;
  const length = [...verificationCode].length;
  if (length === 0 || length > MAX_COMMON_NAME_LENGTH) {
    throw new Error(
      `Cannot prove possession of ${ca.thumbprint}: its verification code has ${length} characters, expected 1 to 64`,
    );
  }
  const keyIdentifier = ca.subjectKeyIdentifier;
  return signCertificate(
    {
      serialNumber,
      issuer: ca.subject,
      subject: commonName(verificationCode),
      notBefore: new Date(now.getTime() - BACK_DATED_IN_MS),
      notAfter: new Date(now.getTime() + VALIDITY_IN_MS),
      spki,
      extensions: keyIdentifier === undefined ? [] : [authorityKeyIdentifierExtension(keyIdentifier)],
    },
    signatureAlgorithmFor(ca),
    sign,
  );
}
