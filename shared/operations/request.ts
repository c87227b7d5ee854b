import { Conflict } from '../errors.ts';
import type { Observed } from '../lifecycle/observed.ts';
import type { NewRequest, PendingRequest, Ports } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { nameToString } from '../x509/name.ts';
import { publicKeyKind } from '../x509/public-key.ts';
import { vaultOf } from './world.ts';

/**
 * Asks Key Vault for a new key and its certification request. The pending operation is the lock of the CA: whoever
 * made it looks once more whether a newer generation has appeared meanwhile, and gives it up if so.
 * Throws `Conflict`, `Refused('name-deleted')`.
 */
export async function request(ports: Ports, observed: Observed): Promise<PendingRequest> {
  const { ca, vault } = observed;
  const keyVault = vaultOf(ports, ca.vaultUrl);
  const pending = await keyVault.createRequest(ca.name, newRequest(observed));
  if (await hasNewVersion(ports, observed)) {
    await keyVault.deleteRequest(ca.name);
    const known = vault.versions.length;
    throw new Conflict(`'${ca.name}' has got a version beyond the ${known} known ones; its new request was given up`);
  }
  return pending;
}

/** Whether a version has come into being since the CA was observed. */
async function hasNewVersion(ports: Ports, { ca, vault }: Observed): Promise<boolean> {
  const versions = await vaultOf(ports, ca.vaultUrl).versions(ca.name);
  return versions.some(({ version, thumbprint }) => thumbprint !== undefined && !vault.versions.includes(version));
}

/** A renewal is the same certificate again: the same subject, key type and key usage; but never an exportable key. */
function newRequest({ vault }: Observed): NewRequest {
  const { certificate, tags } = vault.generations[0];
  const { keyType, reuseKey } = vault.keyPolicy;
  const kind = publicKeyKind(certificate.spki);
  const hsm = keyType.endsWith('-HSM') ? '-HSM' : '';
  return {
    subject: nameToString(certificate.subject),
    key: {
      keyType: `${kind.kty}${hsm}`,
      ...(kind.kty === 'RSA' ? { size: kind.size } : { curve: kind.curve }),
      reuseKey,
    },
    // Without a usage that lets the key sign, it could never prove possession.
    keyUsage: certificate.keyUsage.length > 0 ? certificate.keyUsage : ['keyCertSign', 'cRLSign'],
    validityInMonths: lifetimeInMonths(certificate),
    tags,
  };
}

/** For the policy's sake only, within what Key Vault's portal accepts; the certificate's dates are ours. */
function lifetimeInMonths({ notBefore, notAfter }: Certificate): number {
  const days = (notAfter.getTime() - notBefore.getTime()) / 86_400_000;
  return Math.min(120, Math.max(1, Math.round(days / 30.44)));
}
