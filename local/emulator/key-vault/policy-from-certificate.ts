import 'reflect-metadata';
import type { KeyObject, X509Certificate } from 'node:crypto';
import {
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from '@peculiar/x509';
import { formatDistinguishedName } from '../distinguished-name.ts';
import { ServiceError } from '../service.ts';
import { completePolicy, type Policy, type PolicyRequest, policyRequest, SUBJECT_LIMIT } from './policy.ts';
import { badParameter } from './vault-error.ts';

const AVERAGE_MONTH_MS = (365.25 / 12) * 24 * 60 * 60 * 1000;

/** The curves of Key Vault's keys, by OpenSSL's names. */
const CURVES = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521', secp256k1: 'P-256K' } as const;

function keyPropertiesOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): PolicyRequest['key_props'] {
  const { namedCurve, modulusLength } = asymmetricKeyDetails ?? {};
  const curve = Object.entries(CURVES).find(([name]) => name === namedCurve)?.[1];
  if (type === 'ec' && curve) return { kty: 'EC', crv: curve };
  if (type === 'rsa') return { kty: 'RSA', key_size: modulusLength };
  throw badParameter(
    `A vault holds no key of the type ${type ?? 'unknown'}${namedCurve ? ` on the curve ${namedCurve}` : ''}: use RSA, or ` +
      `EC on one of ${Object.values(CURVES).join(', ')}`,
  );
}

function subjectOf(certificate: ParsedCertificate): string {
  const subject = formatDistinguishedName(certificate.subjectName);
  if (subject.length <= SUBJECT_LIMIT) return subject;
  throw badParameter(
    `The subject of the certificate has ${subject.length} characters; a policy takes at most ${SUBJECT_LIMIT}`,
  );
}

function keyUsagesOf(certificate: ParsedCertificate): string[] {
  const bits = certificate.getExtension(KeyUsagesExtension)?.usages ?? 0;
  return Object.entries(KeyUsageFlags)
    .filter(([, flag]) => typeof flag === 'number' && (bits & flag) !== 0)
    .map(([name]) => name);
}

/** What a policy says of a certificate. */
function profileOf(certificate: X509Certificate) {
  const validityMs = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
  if (Number.isNaN(validityMs)) throw badParameter('The certificate in value has a date that can not be read');
  try {
    const parsed = new ParsedCertificate(Uint8Array.from(certificate.raw));
    return {
      subject: subjectOf(parsed),
      key_usage: keyUsagesOf(parsed),
      ekus: (parsed.getExtension(ExtendedKeyUsageExtension)?.usages ?? []).map(String),
      validity_months: Math.min(1200, Math.max(1, Math.round(validityMs / AVERAGE_MONTH_MS))),
    };
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    // OpenSSL passes over names and extensions that it is not asked for.
    throw badParameter('The names or extensions of the certificate in value can not be read');
  }
}

/**
 * The policy under which a certificate that came from outside is kept: its subject, key and validity, and the
 * purposes that Key Vault assumes where the certificate names none.
 *
 * @throws ServiceError (400, ASSUMED: its sentences) for a key or a subject that no policy can describe, or that cannot be read.
 */
export function policyFromCertificate(
  certificate: X509Certificate,
  privateKey: KeyObject,
  options: {
    issuerName: string;
    exportable: boolean;
    reuseKey: boolean;
    contentType?: string;
    times: { created: number; updated: number };
  },
): Policy {
  const given = policyRequest.parse({
    key_props: { ...keyPropertiesOf(privateKey), exportable: options.exportable, reuse_key: options.reuseKey },
    secret_props: { contentType: options.contentType },
    x509_props: profileOf(certificate),
    issuer: { name: options.issuerName },
  });
  return completePolicy(given, options.times);
}
