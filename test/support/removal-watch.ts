import { X509Certificate } from 'node:crypto';
import type {
  EnrollmentChange,
  Reference,
  StoredEnrollment,
} from '../../local/emulator/enrollments/enrollment-store.ts';
import type { Vault, VersionView } from '../../local/emulator/key-vault/vault.ts';
import type { EntryChange } from '../../local/emulator/observer/observer.ts';
import type { ProvisioningService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import { addDuration, type Duration, parseDuration } from '../../shared/lifecycle/duration.ts';
import type { Wishes } from '../../shared/operations/app.ts';

// Design section 6 once more, told from the vaults and the DPS alone and not from what the app decides: what the app
// takes away from enrollments and from a DPS, and whether that may go at that moment. That it is not the last thing an
// enrollment trusts is what the emulator's observer looks at.

const HOUR_MS = 3_600_000;
/** By so much clocks differ. */
const SKEW_MS = 600_000;

/** A CA as it stood at one moment, with what was wished for it. */
interface Standing {
  readonly newest: VersionView;
  readonly versions: readonly VersionView[];
  readonly retire: string;
  readonly overlap: Duration;
  readonly isInterchangeable: boolean;
}

/** What is taken away, and from where. */
interface Removal {
  readonly dps: ProvisioningService;
  readonly removed: X509Certificate;
  /** Whose reference it was, before and after; `undefined` for an entry. */
  readonly enrollment?: { readonly before: StoredEnrollment; readonly after: readonly X509Certificate[] };
  readonly isNamed: boolean;
}

/** Holds whatever the app removes against the rules. */
export class RemovalWatch {
  /** A sentence for each thing that went too early. */
  readonly problems: string[] = [];
  readonly #vaults: readonly Vault[];
  readonly #wishes: Pick<Wishes, 'retire' | 'overlap'>;
  readonly #now: () => Date;
  #standings: Standing[] = [];

  constructor(vaults: readonly Vault[], wishes: Pick<Wishes, 'retire' | 'overlap'>, now: () => Date) {
    this.#vaults = vaults;
    this.#wishes = wishes;
    this.#now = now;
  }

  /**
   * Takes note of how the CAs stand: a decision may rest on it until `forget`. No API tells the app in the moment of a
   * write to a DPS that a vault has changed since it looked.
   */
  note(): void {
    this.#standings.push(...this.#present());
  }

  forget(): void {
    this.#standings = [];
  }

  enrollmentChanged(dps: ProvisioningService, { before, after }: EnrollmentChange): void {
    if (!before || !after || before.content === after.content) return;
    const kept = after.content.references.flatMap((each) => certificateOf(dps, each) ?? []);
    for (const reference of before.content.references) {
      const removed = certificateOf(dps, reference);
      // What names nothing that is there holds nothing.
      if (removed === undefined || kept.some((each) => isSame(each, removed))) continue;
      const isNamed = 'entry' in reference;
      if (this.#mayGo({ dps, removed, isNamed, enrollment: { before, after: kept } })) continue;
      this.#complain(`${before.kind}/${before.id} of ${dps.name} has lost`, removed);
    }
  }

  entryChanged(dps: ProvisioningService, { before, after }: EntryChange): void {
    const removed = before?.certificate;
    if (removed === undefined || (after && isSame(after.certificate, removed))) return;
    if (this.#mayGo({ dps, removed, isNamed: true })) return;
    this.#complain(`${dps.name} has lost its entry '${before?.name}',`, removed);
  }

  #complain(what: string, { subject, validToDate }: X509Certificate): void {
    const certificate = `${subject.replaceAll('\n', ', ')}, valid until ${validToDate.toISOString()}`;
    this.problems.push(`${what} ${certificate}, at ${this.#now().toISOString()}: too early`);
  }

  #mayGo(removal: Removal): boolean {
    const mayGo = (standing: Standing) => mayGoBy(standing, removal, this.#now());
    return this.#standings.some(mayGo) || this.#present().some(mayGo);
  }

  #present(): Standing[] {
    return this.#vaults.flatMap((vault) =>
      [...vault.certificates().values()].flatMap((versions) => {
        const newest = versions.findLast((each) => each.enabled && parsed(each.der).ca);
        return newest ? [{ newest, versions, ...wishesFor(newest.tags, this.#wishes) }] : [];
      }),
    );
  }
}

function wishesFor(tags: VersionView['tags'], wishes: Pick<Wishes, 'retire' | 'overlap'>) {
  const isInterchangeable = tags['same-key'] === 'interchangeable';
  try {
    const overlap = tags.overlap === undefined ? wishes.overlap : parseDuration(tags.overlap);
    return { retire: tags.retire ?? wishes.retire, overlap, isInterchangeable };
  } catch {
    // The app does nothing at all to a CA with a bad tag.
    return { retire: 'never', overlap: wishes.overlap, isInterchangeable: false };
  }
}

function mayGoBy(standing: Standing, removal: Removal, now: Date): boolean {
  const { newest, versions, retire, isInterchangeable } = standing;
  const { removed, enrollment } = removal;
  const version = versions.find(({ der }) => isSame(parsed(der), removed));
  if (version === undefined || version === newest) return false;
  if (!version.enabled && versions.indexOf(version) > versions.indexOf(newest)) return true;
  const gone = now.getTime() - removed.validToDate.getTime();
  const takesPlace = enrollment?.after.some((each) => isSame(each, parsed(newest.der))) === true;
  if (takesPlace && gone >= SKEW_MS) return true;
  if (takesPlace && isInterchangeable && removed.publicKey.equals(parsed(newest.der).publicKey)) return true;
  if (retire === 'never') return false;
  if (gone > HOUR_MS) return true;
  return retire !== 'expired' && overlapEnds(standing, removal) <= now;
}

/** From the latest of the newest version's creation, its entry's proof and the enrollment's last change. */
function overlapEnds({ newest, overlap }: Standing, { dps, enrollment, isNamed }: Removal): Date {
  const begins = [newest.createdOn.getTime(), enrollment?.before.lastUpdated ?? 0];
  if (isNamed) {
    const isItsOwn = ({ certificate }: { certificate: X509Certificate }) => isSame(certificate, parsed(newest.der));
    const entries = dps.certificates.list().filter((each) => each.isVerified && isItsOwn(each));
    begins.push(Math.min(...entries.map(({ updated }) => updated.getTime())));
  }
  const latest = Math.max(...begins);
  return Number.isFinite(latest) ? addDuration(new Date(latest), overlap) : new Date(8.64e15);
}

function certificateOf({ certificates }: ProvisioningService, reference: Reference): X509Certificate | undefined {
  if ('certificate' in reference) return parsed(reference.certificate.der);
  return certificates.get(reference.entry)?.certificate;
}

function isSame(one: X509Certificate, other: X509Certificate): boolean {
  return one.fingerprint256 === other.fingerprint256;
}

const known = new WeakMap<Uint8Array, X509Certificate>();

/** Parsed once, however often somebody looks at it. */
function parsed(der: Uint8Array): X509Certificate {
  const certificate = known.get(der) ?? new X509Certificate(der);
  known.set(der, certificate);
  return certificate;
}
