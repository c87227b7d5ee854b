import { type CaTags, parseTags } from '../../shared/lifecycle/ca-tags.ts';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import type { ReadLane } from '../../shared/lifecycle/lineage-in.ts';
import type { CaId, Generation, Observed } from '../../shared/lifecycle/observed.ts';
import type { ReferenceWishes } from '../../shared/lifecycle/reference-situation.ts';
import { parseRenewBefore } from '../../shared/lifecycle/renew-before.ts';
import type { Enrollment, Entry, VaultVersion } from '../../shared/ports.ts';
import { throwAwayPublicKey } from '../../shared/randomness.ts';
import type { Certificate } from '../../shared/x509/certificate.ts';

/** Plain values for decisions: what is not given is what a healthy CA would have. */

/** Of a P-256 key. */
const SPKI = throwAwayPublicKey();
export const DAY = 86_400_000;
export const NOW = new Date('2030-06-15T12:00:00Z');
export const CA: CaId = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

/** The moment so many days from `NOW`. */
export function days(count: number): Date {
  return new Date(NOW.getTime() + count * DAY);
}

/** A CA certificate of one year, due in the middle of it, whose bytes are of no concern. */
export function certificate(given: Partial<Certificate> = {}): Certificate {
  return {
    der: new Uint8Array(),
    thumbprint: 'A'.repeat(40),
    version: 3,
    serialNumber: '01',
    subject: new Uint8Array(),
    issuer: new Uint8Array(),
    notBefore: days(-300),
    notAfter: days(65),
    spki: SPKI,
    signatureAlgorithm: '1.2.840.10045.4.3.2',
    isCa: true,
    pathLen: 0,
    keyUsage: ['keyCertSign', 'cRLSign'],
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    extensions: [],
    ...given,
  };
}

export function generation(given: Partial<Certificate> = {}, version = 'v1'): Generation {
  const keyId = `${CA.vaultUrl}/keys/${CA.name}/${version}`;
  return { version, createdOn: days(-300), keyId, certificate: certificate(given), tags: {} };
}

export function entry(given: Partial<Entry> = {}): Entry {
  return {
    name: 'plant-a-2029',
    thumbprint: 'A'.repeat(40),
    isVerified: true,
    notAfter: days(65),
    updated: days(-300),
    etag: 'e1',
    ...given,
  };
}

/** A version of the CA as the vault lists it, enabled unless told. */
export function version(version: string, thumbprint: string, createdOn: Date, enabled = true): VaultVersion {
  return { version, thumbprint, createdOn, enabled };
}

/** A group that refers to entries by these names, last changed three hundred days ago unless told. */
export function group(id: string, primary: string, secondary?: string, updated = days(-300)): Enrollment {
  const caReferences = { primary, secondary: secondary ?? null };
  const attestation = { type: 'x509', x509: { caReferences } };
  const record = { enrollmentGroupId: id, attestation, lastUpdatedDateTimeUtc: updated.toISOString() };
  return { kind: 'group', id, etag: '"1"', record };
}

export function service(entries: readonly Entry[] = [entry()], state = 'Active', name = 'dps-1'): ReadLane {
  return {
    kind: 'read',
    id: `/dps/${name}`,
    name,
    state,
    entries,
    registers: true,
    embeddedBelow: [],
    referring: { kind: 'all', enrollments: [] },
  };
}

/** What an operator wishes, from the text of valid tags. */
export function tags(given: Readonly<Record<string, string>> = {}): CaTags {
  const parsed = parseTags(given);
  if ('faults' in parsed) throw new Error(parsed.faults.join('; '));
  return parsed.tags;
}

/** What the settings say of references where nothing else is set. */
export const WISHES: ReferenceWishes = {
  overlap: parseDuration('P30D'),
  retire: 'expired',
  stockCleared: undefined,
  sameKey: undefined,
  webhookUrl: undefined,
};

/** A CA of one generation that is not due, verified in one DPS. */
export function observed(
  given: Partial<Omit<Observed, 'vault'>> = {},
  vault: Partial<Observed['vault']> = {},
): Observed {
  return {
    ca: CA,
    tags: tags(),
    renewBefore: parseRenewBefore('P30D'),
    referenceWishes: WISHES,
    services: [service()],
    ...given,
    vault: {
      generations: [generation()],
      versions: [{ version: 'v1', thumbprint: 'A'.repeat(40), enabled: true, createdOn: days(-300) }],
      chainedSubordinates: [],
      followers: [],
      keyPolicy: { keyType: 'EC', reuseKey: false, exportable: false },
      keys: [],
      seeds: [],
      rolledBack: false,
      isIssuerDue: false,
      pending: undefined,
      issuer: {
        kind: 'found',
        ca: { vaultUrl: 'https://kv-root.vault.azure.net', name: 'root' },
        generation: ISSUER,
        isRekeyed: false,
        signers: [],
      },
      ...vault,
    },
  };
}

/** An issuer with ten more years to live. */
export const ISSUER = generation({ thumbprint: 'F'.repeat(40), notBefore: days(-3000), notAfter: days(3650) }, 'r1');
