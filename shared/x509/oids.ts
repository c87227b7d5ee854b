/**
 * Object identifiers of the extensions that this folder reads or writes (RFC 5280 section 4.2.1), of the kinds of public
 * keys, and of the attribute type that is a proof's subject. Signature algorithms are in signature.ts.
 */
export const Oid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  /** RFC 3279 section 2.3.1 */
  rsaEncryption: '1.2.840.113549.1.1.1',
  /** RFC 5480 section 2.1.1 */
  ecPublicKey: '1.2.840.10045.2.1',
  /** RFC 5280 appendix A.1 */
  commonName: '2.5.4.3',
} as const;
