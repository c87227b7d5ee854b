import 'reflect-metadata';
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import {
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from '@peculiar/x509';
import { formatDistinguishedName } from '../distinguished-name.ts';
import { completePolicy, type Policy, type PolicyRequest, policyRequest } from './policy.ts';

const AVERAGE_MONTH_MS = (365.25 / 12) * 24 * 60 * 60 * 1000;

function keyPropertiesOf(privateKey: KeyObject): PolicyRequest['key_props'] {
  const { kty, crv, n } = createPublicKey(privateKey).export({ format: 'jwk' });
  const described =
    kty === 'EC'
      ? { kty, crv: crv === 'secp256k1' ? 'P-256K' : crv }
      : { kty, key_size: Buffer.from(n ?? '', 'base64url').length * 8 };
  return policyRequest.parse({ key_props: described }).key_props;
}

function keyUsagesOf(certificate: ParsedCertificate): string[] {
  const bits = certificate.getExtension(KeyUsagesExtension)?.usages ?? 0;
  return Object.entries(KeyUsageFlags)
    .filter(([, flag]) => typeof flag === 'number' && (bits & flag) !== 0)
    .map(([name]) => name);
}

/**
 * The policy under which a certificate that came from outside is kept: its subject, key and validity, and the
 * purposes that Key Vault assumes where the certificate names none.
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
  const parsed = new ParsedCertificate(Uint8Array.from(certificate.raw));
  const validityMs = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
  const given = policyRequest.parse({
    key_props: { ...keyPropertiesOf(privateKey), exportable: options.exportable, reuse_key: options.reuseKey },
    secret_props: { contentType: options.contentType },
    x509_props: {
      subject: formatDistinguishedName(parsed.subjectName),
      key_usage: keyUsagesOf(parsed),
      ekus: (parsed.getExtension(ExtendedKeyUsageExtension)?.usages ?? []).map(String),
      validity_months: Math.min(1200, Math.max(1, Math.round(validityMs / AVERAGE_MONTH_MS))),
    },
    issuer: { name: options.issuerName },
  });
  return completePolicy(given, options.times);
}
