import { commonName, nameToString } from '../x509/name.ts';

/** Key Vault's limit on the subject of a policy, in characters. */
const LONGEST_SUBJECT = 200;

/** ub-common-name, in characters (RFC 5280 appendix A.1). */
const LONGEST_COMMON_NAME = 64;

/**
 * Text that Key Vault reads as RFC 4514 means it: short names that it knows, one attribute to an RDN, nothing escaped.
 * It reads a subject as Windows does, where a backslash escapes nothing and UID and `OID=#hex` are unknown.
 */
const PLAIN = /^(?:(?:^|,)(?!UID=)[A-Z]+=[^\\,+"<>;=#\p{Cc}]+)+$/u;

/**
 * The subject (Name, DER) that is asked for in a certification request of a CA: its own or, where a Key Vault policy
 * cannot carry that, the name that the vault knows the CA by as its common name. A request's subject only says what CA
 * it is for; the certificate takes its predecessor's, byte for byte.
 * @param caName name of the certificate in the vault
 * @param subject Name, DER, of the predecessor
 */
export function requestSubject(caName: string, subject: Uint8Array): Uint8Array {
  const text = nameToString(subject);
  const isAccepted = text.length <= LONGEST_SUBJECT && PLAIN.test(text);
  return isAccepted ? subject : commonName(caName.slice(0, LONGEST_COMMON_NAME));
}
