import type { Entry } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { ReferenceField, Slot } from './reference-slots.ts';
import { isValidAt } from './renewed-validity.ts';

/** The clocks of this app, of DPS and of whoever made a certificate differ by no more than this. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** One version of a CA, as far as one DPS is concerned. */
export interface Member {
  /**
   * `newest`: the newest generation. `older`: any version before it, enabled or not. `rolled-back`: a version after it,
   * which somebody has disabled.
   */
  readonly rank: 'newest' | 'older' | 'rolled-back';
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  readonly createdOn: Date;
  /** From the certificate, else from an entry; `undefined` where neither is known. */
  readonly notAfter: Date | undefined;
  /** What the vault holds, where it was read. */
  readonly certificate: Pick<Certificate, 'der' | 'spki' | 'subject' | 'notBefore' | 'isCa'> | undefined;
  /** The name under which this app uploads it, whether it has or not. */
  readonly ownName: string;
  /** Its entries in this DPS; a certificate may be there under several names. */
  readonly entries: readonly Entry[];
  /** An entry of its issuer in this DPS, a verified one if there is one. */
  readonly issuerEntry: Entry | undefined;
}

/** The newest generation: what every reference should come to hold. */
export interface NewestMember extends Member {
  readonly rank: 'newest';
  readonly notAfter: Date;
  readonly certificate: NonNullable<Member['certificate']>;
}

/** A version that references should leave. */
export interface FormerMember extends Member {
  readonly rank: 'older' | 'rolled-back';
}

/** All versions of a CA, as far as one DPS is concerned. */
export interface Lineage {
  readonly newest: NewestMember;
  readonly others: readonly FormerMember[];
  /** All entries of the DPS, whoever's they are. */
  readonly entries: readonly Entry[];
  /** Names of CAs whose newest generation is unexpired and still chains to one of `others`. */
  readonly chainedSubordinates: readonly string[];
}

/** The version that a slot holds; `undefined` for an empty slot and for a stranger. */
export function memberIn(lineage: Lineage, slot: Slot): NewestMember | FormerMember | undefined {
  const holds = (member: Member) =>
    (slot.kind === 'certificate' && member.thumbprint === slot.thumbprint) ||
    (slot.kind === 'entry' && entryNamed(member, slot.name) !== undefined);
  return holds(lineage.newest) ? lineage.newest : lineage.others.find(holds);
}

/**
 * Whether a slot names the entry of an older version that has expired, and no entry has that name: whoever deleted it
 * left the name behind. It vouches for nobody, and DPS refuses whatever still holds it.
 */
export function isLost({ others, entries }: Lineage, slot: Slot, now: Date): boolean {
  if (slot.kind !== 'entry' || entries.some((entry) => isSameName(entry.name, slot.name))) return false;
  const version = others.find(({ ownName }) => isSameName(ownName, slot.name));
  return version !== undefined && vouchesForNobody(version, now);
}

/** Whether one version came after another. One that was rolled back is never newer than one that was not. */
export function isNewer(a: Member, b: Member): boolean {
  if (a.rank !== b.rank) return a.rank === 'newest';
  return a.createdOn > b.createdOn;
}

/**
 * The verified entries that make DPS trust a version: its own; where it is embedded its issuer's will do. Empty if it
 * is not trusted.
 */
export function trustingEntries(member: Member, field: ReferenceField): readonly Entry[] {
  const own = member.entries.filter((entry) => entry.isVerified);
  if (own.length > 0 || field === 'caReferences') return own;
  return member.issuerEntry?.isVerified ? [member.issuerEntry] : [];
}

/**
 * Whether DPS needs nobody to vouch for a version: a device's own certificate, which it compares with what the device
 * presents, whoever has signed it.
 */
export function isTrustedByItself({ certificate }: Member, field: ReferenceField): boolean {
  return field === 'clientCertificates' && certificate?.isCa === false;
}

/** Whether DPS trusts a version through the slot that holds it: by the very entry that the slot names. */
export function isTrustedIn(member: Member, slot: Slot, field: ReferenceField): boolean {
  if (isTrustedByItself(member, field)) return true;
  if (slot.kind === 'entry') return entryNamed(member, slot.name)?.isVerified === true;
  return trustingEntries(member, field).length > 0;
}

/** Whether a version is within its validity; no, where its end is not known. */
export function isWithinValidity({ certificate, notAfter }: Member, now: Date): boolean {
  return notAfter !== undefined && isValidAt({ notBefore: certificate?.notBefore ?? now, notAfter }, now);
}

/** When a version that is not valid yet will be; `undefined` for any other. */
export function validFrom({ certificate }: Member, now: Date): Date | undefined {
  return certificate !== undefined && certificate.notBefore > now ? certificate.notBefore : undefined;
}

/** From when on a version vouches for nobody, whoever's clock is asked; `undefined` where its end is not known. */
export function vouchesUntil({ notAfter }: Member): Date | undefined {
  return notAfter && new Date(notAfter.getTime() + CLOCK_SKEW_MS);
}

/** Whether a version has expired, whoever's clock is asked. Unknown is no. */
export function vouchesForNobody(member: Member, now: Date): boolean {
  const until = vouchesUntil(member);
  return until !== undefined && until < now;
}

function entryNamed(member: Member, name: string): Entry | undefined {
  return member.entries.find((entry) => isSameName(entry.name, name));
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
