import type { X509Certificate } from 'node:crypto';
import { commonName } from './common-name.ts';
import { readDistinguishedNames } from './distinguished-names.ts';

/**
 * Checks a verification certificate as DPS does: issued by exactly the uploaded certificate, with the verification
 * code as its common name, within its validity. Which key it certifies does not matter.
 * ASSUMED: that the validity matters, and all sentences but the one about the issuer.
 *
 * @returns what is wrong, in one sentence, or `undefined` if possession of the private key is proven
 */
export function faultOfProof(
  proof: X509Certificate,
  ca: X509Certificate,
  verificationCode: string,
  now: Date,
): string | undefined {
  const { issuer } = readDistinguishedNames(proof.raw);
  const { subject } = readDistinguishedNames(ca.raw);
  if (!issuer.equals(subject)) {
    return `Issuer certificate '${proof.issuer.replaceAll('\n', ', ')}' cannot be found in the certificate chain.`;
  }
  if (!proof.verify(ca.publicKey)) {
    return `The signature does not verify with the key of the certificate '${ca.subject.replaceAll('\n', ', ')}'.`;
  }
  const name = commonName(proof);
  if (name !== verificationCode) {
    return `The subject's common name '${name}' is not the verification code '${verificationCode}'.`;
  }
  if (now < proof.validFromDate || now > proof.validToDate) {
    const validity = `from ${proof.validFromDate.toISOString()} to ${proof.validToDate.toISOString()}`;
    return `The certificate is valid ${validity}, not now (${now.toISOString()}).`;
  }
  return undefined;
}
