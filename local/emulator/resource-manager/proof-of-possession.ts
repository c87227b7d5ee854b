import type { X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../public-key-of.ts';
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
    return `Issuer certificate '${oneLine(proof.issuer)}' cannot be found in the certificate chain.`;
  }
  const key = publicKeyOf(ca);
  if (key === undefined || !proof.verify(key)) {
    return `The signature does not verify with the key of the certificate '${oneLine(ca.subject)}'.`;
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

/** Node types a name as a string, and gives undefined for an empty one. */
function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ');
}
