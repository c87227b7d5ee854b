import type { Reference } from '../../local/emulator/enrollments/enrollment-store.ts';
import { type Entries, isTrusted } from '../../local/emulator/observer/trust.ts';
import type { Scene } from './scene.ts';
import { certificateOf, generationsByHand, versionsOf } from './vault-by-hand.ts';
import { FLEET_CAS, FLEET_DPS, FLEET_WINDOW_SHARE, type FleetCa } from './years-fleet.ts';

/** How an enrollment stands. */
export interface EnrollmentView {
  /** Whether it holds anything that its DPS trusts and that is within its validity. */
  readonly isLive: boolean;
  /** Whether its DPS trusts everything that it holds, were it not for validities: nobody has taken an entry away. */
  readonly isWhole: boolean;
  /** Whether older generations hold both of its slots. */
  readonly isCrowded: boolean;
  /** All of its record that is not about certificates. */
  readonly rest: string;
}

/** Every enrollment by `dps kind/id`, read from behind. */
export function viewEnrollments(scene: Scene): ReadonlyMap<string, EnrollmentView> {
  const newest = new Set(
    FLEET_CAS.flatMap((ca) => generationsByHand(scene, ca).slice(-1)).map((each) => certificateOf(each).fingerprint256),
  );
  const views = FLEET_DPS.flatMap((dps) => {
    const { certificates, enrollments } = scene.service(dps);
    return Object.values(enrollments).flatMap((store) =>
      [...store.values()].map(({ kind, id, content }) => {
        const { attestation: _, ...rest } = JSON.parse(content.text) as Record<string, unknown>;
        const isLive = content.references.some((each) => isTrusted(each, certificates, scene.clock.now));
        const isCrowded =
          content.references.length > 1 && !content.references.some((each) => holdsOneOf(newest, each, certificates));
        const isWhole = content.references.every((each) => isTrusted(each, certificates));
        return [`${dps} ${kind}/${id}`, { isLive, isWhole, isCrowded, rest: JSON.stringify(rest) }] as const;
      }),
    );
  });
  return new Map(views);
}

/** Whether a reference holds one of these certificates, given by SHA-256 fingerprint. */
function holdsOneOf(fingerprints: ReadonlySet<string>, reference: Reference, { get }: Entries): boolean {
  if ('entry' in reference) return fingerprints.has(get(reference.entry)?.certificate.fingerprint256 ?? '');
  return fingerprints.has(reference.certificate.sha256Thumbprint.replace(/(..)(?=.)/g, '$1:'));
}

/**
 * Holds every version that comes into being against what called for it, told from the certificates alone and not from
 * what the app says: at most one new generation for each CA and renewal window, and one seed for each of a root's.
 */
export class GenerationWatch {
  readonly #scene: Scene;
  readonly #known = new Map<string, Set<string>>();
  /** Seeds since the last generation, by CA. */
  readonly #seeds = new Map<string, number>();
  /** Names of CAs whose tag opens the window earlier than the settings do. */
  readonly earlier = new Map<string, number>();
  /** Thumbprints that somebody has asked to replace. */
  readonly forced = new Set<string>();
  made = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    for (const ca of FLEET_CAS) for (const { version } of versionsOf(scene, ca)) this.acknowledge(ca, version);
  }

  /** Takes a version for given: it is not of the app's making, or has been judged. */
  acknowledge(ca: FleetCa, version: string): void {
    const known = this.#known.get(ca.name) ?? new Set();
    this.#known.set(ca.name, known.add(version));
  }

  /** What the app has made since the last look, and nothing called for. */
  needless(): string[] {
    return FLEET_CAS.flatMap((ca) => {
      const versions = versionsOf(this.#scene, ca);
      const added = versions.filter(({ version }) => !this.#known.get(ca.name)?.has(version));
      const problems = added.flatMap((each) => this.#judge(ca, versions.indexOf(each)));
      for (const { version } of added) this.acknowledge(ca, version);
      return problems.map((problem) => `${ca.name}: ${problem}`);
    });
  }

  #judge(ca: FleetCa, index: number): string[] {
    const versions = versionsOf(this.#scene, ca);
    const made = versions[index];
    if (made === undefined) return [];
    if (!certificateOf(made).ca) {
      const seeds = (this.#seeds.get(ca.name) ?? 0) + 1;
      this.#seeds.set(ca.name, seeds);
      if (ca.issuer !== undefined) return [`version ${index} is no CA`];
      return seeds > 1 ? [`version ${index} is seed ${seeds} of one renewal`] : [];
    }
    this.made += 1;
    this.#seeds.delete(ca.name);
    const before = versions.slice(0, index).findLast((each) => each.enabled && certificateOf(each).ca);
    if (before === undefined) return [`version ${index} renews none that is enabled`];
    return this.#calledFor(ca, before) ? [] : [`version ${index} was made, and nothing called for it`];
  }

  #calledFor(ca: FleetCa, before: { readonly der: Uint8Array }): boolean {
    const { validFromDate, validToDate, fingerprint } = certificateOf(before);
    if (this.forced.has(fingerprint.replaceAll(':', ''))) return true;
    const now = this.#scene.clock.now.getTime();
    const share = this.earlier.get(ca.name) ?? FLEET_WINDOW_SHARE;
    if (now >= validToDate.getTime() - share * (validToDate.getTime() - validFromDate.getTime())) return true;
    const above = FLEET_CAS.find(({ name }) => name === ca.issuer);
    const newest = above && generationsByHand(this.#scene, above).at(-1);
    // Its issuer has another key by now.
    return newest !== undefined && !certificateOf(before).verify(certificateOf(newest).publicKey);
  }
}

/** Entries of the same certificate in one DPS, beyond the first, but for those that people have made. */
export function spareEntries(scene: Scene, madeByHand: ReadonlySet<string>): string[] {
  return FLEET_DPS.flatMap((dps) => {
    const own = scene
      .service(dps)
      .certificates.list()
      .filter(({ name }) => !madeByHand.has(`${dps} ${name}`));
    const seen = new Set<string>();
    return own.flatMap(({ name, certificate }) => {
      if (!seen.has(certificate.fingerprint256)) {
        seen.add(certificate.fingerprint256);
        return [];
      }
      return `${dps}: entry '${name}' holds what another one does`;
    });
  });
}
