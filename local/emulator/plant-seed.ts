import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { findSeededCertificate } from './find-seeded-certificate.ts';
import type { KeyKind, KeyPool } from './key-pool.ts';
import type { Vault } from './key-vault/vault.ts';
import { makeCertificate } from './pki.ts';
import { plantEnrollments } from './plant-enrollments.ts';
import type { ProvisioningService } from './resource-manager/provisioning-services.ts';
import type { Seed, SeedCertificate, SeedKey, SeedStranger } from './seed.ts';
import type { SeedReference } from './seed-parts.ts';
import { parseSeedTime } from './seed-time.ts';

/** Where a seed goes. The vaults and services it names must be there, empty. */
export interface SeedTarget {
  /** By lower-case name. */
  readonly vaults: ReadonlyMap<string, Vault>;
  readonly service: (name: string) => ProvisioningService | undefined;
  readonly keys: KeyPool;
  readonly now: Date;
  /** Unpredictable octets, for symmetric keys. */
  readonly random: (bytes: number) => Uint8Array;
}

interface Issued {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
}

const KEY_KINDS: Readonly<Record<SeedKey, KeyKind>> = {
  'RSA-2048': { kty: 'RSA', size: 2048 },
  'RSA-3072': { kty: 'RSA', size: 3072 },
  'RSA-4096': { kty: 'RSA', size: 4096 },
  'P-256': { kty: 'EC', crv: 'P-256' },
  'P-384': { kty: 'EC', crv: 'P-384' },
};

/**
 * Issues the certificates of a seed that `parseSeed` has accepted, and puts them into vaults and provisioning
 * services. They are as old as they claim: a version is created, an entry updated, when its certificate began.
 */
export async function plantSeed(seed: Seed, target: SeedTarget): Promise<void> {
  const issued = new Map<string, Promise<Issued>>();
  // Issuers first, by recursion; each certificate once, whoever asks for it.
  const issueOnce = (reference: SeedReference): Promise<Issued> => {
    const path = `${reference.vault}/${reference.name}`.toLowerCase();
    const present = issued.get(path) ?? issueSeeded(find(seed, reference), target, issueOnce);
    issued.set(path, present);
    return present;
  };
  for (const vault of seed.vaults) {
    for (const certificate of vault.certificates) {
      const { privateKey, certificate: der } = await issueOnce({ vault: vault.name, name: certificate.name });
      const { name, tags, exportable, reuseKey } = certificate;
      target.vaults.get(vault.name.toLowerCase())?.plant({
        name,
        privateKey,
        certificate: der,
        createdOn: beginning(der, target.now),
        ...(tags && { tags }),
        ...(exportable !== undefined && { exportable }),
        ...(reuseKey !== undefined && { reuseKey }),
      });
    }
  }
  for (const seeded of seed.provisioningServices) {
    const service = target.service(seeded.name);
    if (!service)
      throw new Error(`Cannot plant the seed: there is no provisioning service '${seeded.name}' to plant in`);
    for (const entry of seeded.certificates) {
      const content = entry.certificate;
      const { certificate } = 'subject' in content ? await issueStranger(content, target) : await issueOnce(content);
      service.certificates.put({
        name: entry.name,
        certificate: new X509Certificate(certificate),
        // As portal and CLI upload it, and as a verification code's answer gives it back: a PEM file.
        content: Buffer.from(new X509Certificate(certificate).toString()).toString('base64'),
        isVerified: entry.verified,
        updated: beginning(certificate, target.now),
        verificationCode: undefined,
      });
    }
    const certificateOf = async (reference: SeedReference) => (await issueOnce(reference)).certificate;
    await plantEnrollments(seeded, { ...target, service, certificateOf });
  }
}

async function issueSeeded(
  seeded: SeedCertificate,
  target: SeedTarget,
  issueOnce: (reference: SeedReference) => Promise<Issued>,
): Promise<Issued> {
  const privateKey = await target.keys.take(KEY_KINDS[seeded.key]);
  const issuer = seeded.issuer && (await issueOnce(seeded.issuer));
  const { pathLen, keyUsage } = seeded;
  const certificate = await makeCertificate({
    subject: seeded.subject,
    publicKey: createPublicKey(privateKey),
    signer: issuer ? { key: issuer.privateKey, certificate: issuer.certificate } : { key: privateKey },
    ...validityOf(seeded, target.now),
    ca: seeded.ca,
    ...(pathLen !== undefined && { pathLen }),
    ...(keyUsage && { keyUsage }),
  });
  return { privateKey, certificate };
}

function issueStranger(stranger: SeedStranger, target: SeedTarget): Promise<Issued> {
  const self = { ...stranger, name: stranger.subject, ca: true };
  return issueSeeded(self, target, () => Promise.reject(new Error(`'${stranger.subject}' has no issuer`)));
}

function validityOf(item: { notBefore: string; notAfter: string }, now: Date): { notBefore: Date; notAfter: Date } {
  const [notBefore, notAfter] = [parseSeedTime(item.notBefore, now), parseSeedTime(item.notAfter, now)];
  if (notBefore && notAfter) return { notBefore, notAfter };
  throw new Error(`Cannot read the validity '${item.notBefore}' to '${item.notAfter}': check the seed with parseSeed`);
}

function beginning(der: Uint8Array, now: Date): Date {
  const { validFromDate } = new X509Certificate(der);
  return validFromDate < now ? validFromDate : now;
}

function find(seed: Seed, reference: SeedReference): SeedCertificate {
  const found = findSeededCertificate(seed, reference);
  if (found) return found;
  const path = `${reference.vault}/${reference.name}`;
  throw new Error(`Cannot plant the seed: it has no certificate '${path}'; check it with parseSeed`);
}
