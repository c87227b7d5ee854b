import type {
  CertificatePolicy,
  CertificateProperties,
  KeyUsageType,
  KeyVaultCertificate,
  KeyVaultCertificateWithPolicy,
} from '@azure/keyvault-certificates';
import type { CurrentCertificate, NewRequest, VaultCertificateContent, VaultVersion } from '../ports.ts';

/** SHA-1 of the DER, upper-case hex; `undefined` while pending. */
export function thumbprintOf({ x509Thumbprint }: CertificateProperties): string | undefined {
  return x509Thumbprint && Buffer.from(x509Thumbprint).toString('hex').toUpperCase();
}

/** A version as listed. Throws an Error where Key Vault leaves out what identifies it. */
export function toVersion(properties: CertificateProperties): VaultVersion {
  const { version, createdOn, enabled = true } = properties;
  if (!version || !createdOn) throw new Error(`'${properties.id}' came back without version or creation time`);
  return { version, createdOn, enabled, thumbprint: thumbprintOf(properties) };
}

/** A version with its content. Throws an Error for one that has none, which only a pending one has not. */
export function toContent({ name, cer, keyId, properties }: KeyVaultCertificate): VaultCertificateContent {
  const { version, createdOn, enabled = true, tags = {} } = properties;
  if (!cer || !keyId || !version || !createdOn) {
    throw new Error(`'${name}' came back without certificate, key, version or creation time`);
  }
  return { version, enabled, createdOn, der: cer, keyId, tags };
}

/** The current version and the policy. A certificate without policy (never seen) would be asked for with a new key. */
export function toCurrent(certificate: KeyVaultCertificateWithPolicy): CurrentCertificate {
  const { keyType = '', reuseKey = false, exportable = true } = certificate.policy ?? {};
  return {
    content: certificate.cer && toContent(certificate),
    keyPolicy: { keyType, reuseKey, exportable },
  };
}

/**
 * The policy of a request, with a key that never leaves the vault.
 * @param issuerName `Unknown`: signed outside Key Vault; `Self`: by the new key itself
 */
export function toPolicy(
  { subject, key, keyUsage, validityInMonths }: NewRequest,
  issuerName: 'Self' | 'Unknown',
): CertificatePolicy {
  return {
    issuerName,
    subject,
    keyType: key.keyType as NonNullable<CertificatePolicy['keyType']>,
    ...(key.size !== undefined && { keySize: key.size }),
    ...(key.curve !== undefined && { keyCurveName: key.curve as NonNullable<CertificatePolicy['keyCurveName']> }),
    reuseKey: key.reuseKey,
    exportable: false,
    keyUsage: keyUsage.map((usage) => usage as KeyUsageType),
    validityInMonths,
    // AutoRenew, the default of some issuers, would make a version that is no CA.
    lifetimeActions: [{ action: 'EmailContacts', lifetimePercentage: 80 }],
  };
}
