import type { Certificate } from './certificate.ts';
import { nameToString } from './name.ts';
import { Oid } from './oids.ts';
import { samePublicKey } from './public-key.ts';
import { verifiesSignature } from './signature.ts';

export interface RenewalCheck {
  /** What was built, read back from its DER. */
  readonly certificate: Certificate;
  readonly predecessor: Certificate;
  /** DER SubjectPublicKeyInfo of the certification request. */
  readonly spki: Uint8Array;
  /** The certificate whose key signed, as for `buildRenewal`. */
  readonly issuer: Certificate;
  readonly now: Date;
}

/**
 * Looks at a renewal as a stranger would, before it is merged: Key Vault itself checks nothing but the public key.
 * Answers one sentence for each fault, with the present value; empty when the certificate is good.
 */
export function renewalFaults(check: RenewalCheck): readonly string[] {
  return [...profileFaults(check), ...keyFaults(check), ...issuerFaults(check), ...validityFaults(check)];
}

/** The predecessor's profile, and nothing that depends on keys. */
function profileFaults({ certificate, predecessor }: RenewalCheck): string[] {
  const faults: string[] = [];
  if (!certificate.isCa) faults.push('basicConstraints does not say CA:TRUE.');
  if (certificate.pathLen !== predecessor.pathLen) {
    faults.push(
      `pathLenConstraint is ${certificate.pathLen ?? 'absent'}, the predecessor's is ${predecessor.pathLen ?? 'absent'}.`,
    );
  }
  const [usage, usageBefore] = [certificate, predecessor].map(({ keyUsage }) => keyUsage.join(', ') || 'absent');
  if (usage !== usageBefore) faults.push(`keyUsage is ${usage}, the predecessor's is ${usageBefore}.`);
  if (!equal(certificate.subject, predecessor.subject)) {
    faults.push(
      `The subject is ${show(certificate.subject)}, not byte for byte the predecessor's ${show(predecessor.subject)}.`,
    );
  }
  const [profile, profileBefore] = [certificate, predecessor].map(profileOf);
  if (profile !== profileBefore) {
    faults.push(`The extensions are ${profile || 'none'}, the predecessor's are ${profileBefore || 'none'}.`);
  }
  const serialNumber = certificate.serialNumber;
  if (!/^(?!0*$)[0-7]/.test(serialNumber) || serialNumber.length > 40) {
    faults.push(`serialNumber ${serialNumber} is not a positive number of at most 20 octets.`);
  }
  return faults;
}

/** All extensions but the key identifiers, in order, each as one word that differs if anything in it does. */
function profileOf({ extensions }: Certificate): string {
  return extensions
    .filter(({ oid }) => oid !== Oid.subjectKeyIdentifier && oid !== Oid.authorityKeyIdentifier)
    .map(({ oid, critical, value }) => `${oid}${critical ? ' critical' : ''} ${hex(value)}`)
    .join(', ');
}

function keyFaults({ certificate, predecessor, spki }: RenewalCheck): string[] {
  const faults: string[] = [];
  if (!samePublicKey(certificate.spki, spki)) {
    faults.push(`The public key is ${hex(certificate.spki)}, the certification request's is ${hex(spki)}.`);
  }
  const ski = certificate.subjectKeyIdentifier;
  const before = predecessor.subjectKeyIdentifier;
  const sameKey = samePublicKey(certificate.spki, predecessor.spki);
  if (ski === undefined) {
    faults.push('subjectKeyIdentifier is absent.');
  } else if (before !== undefined && sameKey !== equal(ski, before)) {
    const reason = sameKey
      ? `the key is the predecessor's, whose is ${hex(before)}`
      : "the predecessor's is the same, and its key another";
    faults.push(`subjectKeyIdentifier is ${hex(ski)}, but ${reason}.`);
  }
  return faults;
}

function issuerFaults({ certificate, predecessor, issuer }: RenewalCheck): string[] {
  const faults: string[] = [];
  const selfSigned = isSelfSigned(certificate, issuer);
  if (selfSigned !== equal(predecessor.issuer, predecessor.subject)) {
    faults.push(
      `The certificate is ${selfSigned ? '' : 'not '}self-signed, the predecessor's issuer is ${show(predecessor.issuer)}.`,
    );
  }
  // The signer of a self-signed renewal may be known by a certificate whose subject Key Vault has re-encoded.
  const verifier = selfSigned ? certificate : issuer;
  if (!equal(certificate.issuer, verifier.subject)) {
    faults.push(
      `The issuer is ${show(certificate.issuer)}, not byte for byte the signing certificate's subject ${show(verifier.subject)}.`,
    );
  } else if (!verifiesSignature(certificate, verifier)) {
    faults.push(`The signature does not verify with the key of certificate ${issuer.thumbprint}.`);
  }
  const { authorityKeyIdentifier } = certificate;
  const { subjectKeyIdentifier } = verifier;
  if (authorityKeyIdentifier && subjectKeyIdentifier && !equal(authorityKeyIdentifier, subjectKeyIdentifier)) {
    faults.push(
      `authorityKeyIdentifier is ${hex(authorityKeyIdentifier)}, the issuer's key is ${hex(subjectKeyIdentifier)}.`,
    );
  }
  return faults;
}

function validityFaults({ certificate, predecessor, issuer, now }: RenewalCheck): string[] {
  const faults: string[] = [];
  const { notBefore, notAfter } = certificate;
  if (notBefore > now) {
    faults.push(`notBefore ${notBefore.toISOString()} lies after the present time ${now.toISOString()}.`);
  }
  if (notAfter <= predecessor.notAfter) {
    faults.push(
      `notAfter ${notAfter.toISOString()} is not later than the predecessor's ${predecessor.notAfter.toISOString()}.`,
    );
  }
  if (!isSelfSigned(certificate, issuer) && notAfter > issuer.notAfter) {
    faults.push(`notAfter ${notAfter.toISOString()} is later than the issuer's ${issuer.notAfter.toISOString()}.`);
  }
  return faults;
}

function isSelfSigned(certificate: Certificate, issuer: Certificate): boolean {
  return samePublicKey(certificate.spki, issuer.spki);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** Text alone would show two names alike that differ in their string types only. */
function show(name: Uint8Array): string {
  return `${nameToString(name)} (${hex(name)})`;
}
