import { X509Certificate } from 'node:crypto';
import { type Violation, violationNow } from './violation.ts';

/** A version of a certificate in a vault; the vault changes `enabled` under whoever holds it. */
export interface WatchedVersion {
  readonly version: string;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly enabled: boolean;
}

/** A certificate name with its versions, the oldest first. */
export interface WatchedCertificate {
  readonly name: string;
  readonly versions: readonly WatchedVersion[];
}

/**
 * Watches all vaults for CAs that multiply (invariant 4). An enabled CA certificate that a request has added is a
 * generation. Another one before the renewal window of that one can have opened, which is never before half of its
 * lifetime, is one too many: unless its issuer has another key by now, or somebody has said that it is wanted. What was
 * there from the beginning, or was planted from inside the process, has had no renewal in its window yet.
 *
 * Two requests that race for one key leave two versions, of which whoever finds them disables one. So a version too many
 * counts while it is enabled, and for ever once anything has used it: a DPS took it, or its key signed.
 */
export interface GenerationObserver {
  /** Tells of a vault, among whose certificates issuers are looked for. */
  watch(certificates: () => Iterable<WatchedCertificate>): void;
  /** Tells of the last version of a certificate, which a request has just added. */
  added(vault: string, certificate: WatchedCertificate): void;
  /** Tells that something rests on a certificate (DER) from now on. */
  used(certificate: Uint8Array): void;
  /** Says that a person wants the generation of this thumbprint (SHA-1, upper-case hex) replaced before its time. */
  expectRenewalOf(thumbprint: string): void;
  violations(): readonly Violation[];
}

interface Suspect {
  readonly added: WatchedVersion;
  readonly violation: Violation;
  isUsed: boolean;
}

export function createGenerationObserver(now: () => Date): GenerationObserver {
  const vaults: (() => Iterable<WatchedCertificate>)[] = [];
  const made = new WeakSet<WatchedVersion>();
  const expected = new Set<string>();
  const suspects: Suspect[] = [];
  const generations = () =>
    vaults.flatMap((certificates) => [...certificates()].flatMap(({ versions }) => versions.map(parsed)));

  function isCalledFor(predecessor: X509Certificate, added: X509Certificate): boolean {
    if (expected.has(predecessor.fingerprint.replaceAll(':', ''))) return true;
    const half = (predecessor.validFromDate.getTime() + predecessor.validToDate.getTime()) / 2;
    return now().getTime() >= half || isRekeyed(predecessor, added, generations());
  }

  return {
    watch: (certificates) => {
      vaults.push(certificates);
    },
    added: (vault, { name, versions }) => {
      const added = versions.at(-1);
      if (added === undefined || !added.enabled || !parsed(added).ca) return;
      const before = versions.slice(0, -1).findLast((each) => each.enabled && parsed(each).ca);
      made.add(added);
      if (before === undefined || !made.has(before) || isCalledFor(parsed(before), parsed(added))) return;
      const message = `'${name}' has got version ${added.version}, though half of the lifetime of version ${before.version} is not over`;
      suspects.push({ added, isUsed: false, violation: violationNow({ vault }, { invariant: 4, message }, now()) });
    },
    used: (certificate) => {
      for (const suspect of suspects) {
        if (suspect.added.enabled && Buffer.compare(suspect.added.certificate, certificate) === 0)
          suspect.isUsed = true;
      }
    },
    expectRenewalOf: (thumbprint) => {
      expected.add(thumbprint);
    },
    violations: () => suspects.filter(({ added, isUsed }) => isUsed || added.enabled).map(({ violation }) => violation),
  };
}

/** Whether a CA was signed with another key than its predecessor, though neither signed itself. */
function isRekeyed(predecessor: X509Certificate, added: X509Certificate, all: readonly X509Certificate[]): boolean {
  const signer = all.find((each) => each.subject === added.issuer && each !== added && isSignedBy(added, each));
  return signer !== undefined && !isSignedBy(added, added) && !isSignedBy(predecessor, signer);
}

function isSignedBy(certificate: X509Certificate, { publicKey }: X509Certificate): boolean {
  return certificate.verify(publicKey);
}

const certificates = new WeakMap<WatchedVersion, X509Certificate>();

/** Parsed once, however often somebody looks at it. */
function parsed(version: WatchedVersion): X509Certificate {
  const known = certificates.get(version) ?? new X509Certificate(version.certificate);
  certificates.set(version, known);
  return known;
}
