import { messageOf } from '../errors.ts';
import { deviceFinding, isOfRegistration, type Succeeded } from '../lifecycle/device-finding.ts';
import { addFinding, type Evidence, type Finding, joinEvidence, noEvidence } from '../lifecycle/evidence.ts';
import { lineageIn } from '../lifecycle/lineage-in.ts';
import { linesUp } from '../lifecycle/lines-up.ts';
import type { Observed } from '../lifecycle/observed.ts';
import { versionInQuestion } from '../lifecycle/reference-decision.ts';
import { type FormerMember, isNewer, type Lineage, memberIn } from '../lifecycle/reference-lineage.ts';
import { mayDeleteEntry, restsOnEvidence } from '../lifecycle/reference-retirement.ts';
import { readReferences } from '../lifecycle/reference-slots.ts';
import { isAttached } from '../lifecycle/reference-webhook.ts';
import type { Attestations, Enrollment, KeptAttestation, Ports, Registration } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { knownCas } from './known-cas.ts';
import type { World } from './world.ts';

/** Looks for evidence where a decision rests on it, and nowhere else; each thing once in its life, which is one look. */
export interface EvidenceReader {
  /** Of the older version that an enrollment would let go of; `undefined` where that does not rest on evidence. */
  ofReference(enrollment: Enrollment): Promise<Evidence | undefined>;
  /** The older versions whose entries would be deleted. */
  readonly inQuestion: readonly FormerMember[];
  /**
   * What one enrollment of the CA says of the deletion of an entry; `undefined`: nothing, since it does not hold the
   * version and no device has ever registered through it.
   */
  ofEntry(enrollment: Enrollment, member: FormerMember): Promise<Evidence | undefined>;
}

/** The last of it that is known of a device. */
interface Device {
  readonly registration: Registration;
  finding: Finding | undefined;
  at: Date | undefined;
}

/** How bad a finding is: of several rows for one device the worst counts. */
const GRAVITY: Readonly<Record<Finding, number>> = { moved: 0, unknown: 1, old: 2 };

/**
 * Reads evidence on the older versions of a CA in one DPS. What cannot be read proves nothing, and is named.
 * @param lane `isCrowded`: its enrollments are too many to hold, and too many to ask each
 */
export function evidenceReader(
  ports: Ports,
  world: World,
  observed: Observed,
  lane: Parameters<typeof lineageIn>[1] & { readonly isCrowded: boolean },
): EvidenceReader {
  const lineage = lineageIn(observed, lane);
  const wishes = observed.referenceWishes;
  const known = new Map<string, Promise<Evidence | undefined>>();
  let cas: ReturnType<typeof knownCas> | undefined;

  async function succeeded(member: FormerMember): Promise<Succeeded> {
    cas ??= knownCas(world, observed.ca);
    return succeededBy(lineage, member, await cas);
  }
  function look(enrollment: Enrollment, member: FormerMember): Promise<Evidence | undefined> {
    const key = `${enrollment.kind} ${enrollment.id} ${member.thumbprint}`;
    const looking =
      known.get(key) ?? evidenceOf({ ports, lane, wishes, succeeded: () => succeeded(member) }, enrollment, member);
    if (!lane.isCrowded) known.set(key, looking);
    return looking;
  }
  return {
    ofReference: async (enrollment) => {
      const member = versionInQuestion(enrollment, lineage, wishes, ports.now());
      return member && look(enrollment, member);
    },
    inQuestion: lineage.others.filter(
      (member) =>
        member.rank === 'older' &&
        member.entries.length > 0 &&
        restsOnEvidence(mayDeleteEntry(member, lineage, 0, wishes, undefined, ports.now())),
    ),
    ofEntry: async (enrollment, member) => {
      const evidence = await look(enrollment, member);
      if (evidence === undefined || holds(lineage, enrollment, member) || evidence.obstacle !== undefined) {
        return evidence;
      }
      const { moved, old, unknown } = evidence.counts;
      return moved + old + unknown === 0 ? undefined : evidence;
    },
  };
}

/** Adds what one more enrollment proves to what others did. */
export function withEvidence(sum: Evidence | undefined, more: Evidence | undefined): Evidence | undefined {
  if (sum === undefined || more === undefined) return sum ?? more;
  return joinEvidence(sum, more);
}

interface Looking {
  readonly ports: Ports;
  readonly lane: { readonly id: string; readonly isCrowded: boolean };
  readonly wishes: Observed['referenceWishes'];
  readonly succeeded: () => Promise<Succeeded>;
}

async function evidenceOf(
  { ports, lane, wishes, succeeded }: Looking,
  enrollment: Enrollment,
  member: FormerMember,
): Promise<Evidence | undefined> {
  const { thumbprint, notAfter } = member;
  // Where the rest of its life counts, whoever cannot be asked does not keep an expired version.
  const isExpired = notAfter !== undefined && notAfter < ports.now();
  const nothing = (why: string) => {
    return isExpired ? undefined : noEvidence(thumbprint, `${enrollment.kind} '${enrollment.id}' ${why}`);
  };
  const { attestations } = ports;
  if (attestations === undefined) return nothing('has no storage account for evidence');
  if (!isAttached(enrollment.record, wishes.webhookUrl)) {
    return nothing('is not attached to the webhook of ALLOCATION_WEBHOOK_URL');
  }
  if (lane.isCrowded && enrollment.kind === 'individual') return nothing('is one of too many to ask each');
  try {
    if (isExpired && !(await hasAnyAfter(attestations, enrollment, notAfter))) return undefined;
    const devices = await devicesOf(ports, lane.id, enrollment);
    await findAll(attestations, enrollment, devices, await succeeded());
    let sum = noEvidence(thumbprint);
    for (const { registration, finding = 'unknown', at } of devices.values()) {
      sum = addFinding(sum, registration.registrationId, finding, at);
    }
    return sum;
  } catch (error) {
    return nothing(`could not be looked at: ${messageOf(error)}`);
  }
}

/** By registrationId, in lower case. Those that DPS knows of, so that rows of anybody else's making take no room. */
async function devicesOf(ports: Ports, dps: string, enrollment: Enrollment): Promise<ReadonlyMap<string, Device>> {
  const devices = new Map<string, Device>();
  for await (const page of enrollmentsOf(ports, dps).registrations(enrollment)) {
    for (const registration of page) {
      devices.set(registration.registrationId.toLowerCase(), { registration, finding: undefined, at: undefined });
    }
  }
  return devices;
}

async function findAll(
  attestations: Attestations,
  enrollment: Enrollment,
  devices: ReadonlyMap<string, Device>,
  succeeded: Succeeded,
): Promise<void> {
  for await (const attestation of each(attestations, enrollment)) {
    const device = devices.get(attestation.registrationId.toLowerCase());
    if (device === undefined || !isOfRegistration(attestation, device.registration)) continue;
    const finding = deviceFinding(attestation, device.registration, succeeded);
    if (device.finding !== undefined && GRAVITY[finding] <= GRAVITY[device.finding]) continue;
    Object.assign(device, { finding, at: attestation.at });
  }
}

async function hasAnyAfter(attestations: Attestations, enrollment: Enrollment, moment: Date): Promise<boolean> {
  for await (const { at } of each(attestations, enrollment)) if (at > moment) return true;
  return false;
}

async function* each(attestations: Attestations, { kind, id }: Enrollment): AsyncGenerator<KeptAttestation> {
  for await (const page of attestations.ofEnrollment(kind, id)) yield* page;
}

/**
 * The generations after a version, and those up to it, with all that may hang between them and a device.
 * Throws an Error where the version itself could not be read: whether a device is under it cannot be told then.
 */
function succeededBy(lineage: Lineage, member: FormerMember, known: readonly Certificate[]): Succeeded {
  const members = [lineage.newest, ...lineage.others];
  const certificatesOf = (wanted: typeof members) => {
    const thumbprints = new Set(wanted.map(({ thumbprint }) => thumbprint));
    return known.filter(({ thumbprint }) => thumbprints.has(thumbprint));
  };
  const newer = certificatesOf(members.filter((each) => each.rank !== 'rolled-back' && isNewer(each, member)));
  const older = certificatesOf(members.filter((each) => each.rank === 'older' && !isNewer(each, member)));
  if (newer.length === 0 || !older.some(({ thumbprint }) => thumbprint === member.thumbprint)) {
    throw new Error(`the certificate ${member.thumbprint} or its successor is in no vault`);
  }
  const newerFrom = new Date(Math.min(...newer.map(({ notBefore }) => notBefore.getTime())));
  return { lines: linesUp({ newer, older, known }), newerFrom };
}

function holds(lineage: Lineage, { record }: Enrollment, { thumbprint }: FormerMember): boolean {
  const references = readReferences(record);
  if (references === undefined) return false;
  return [references.primary, references.secondary].some((slot) => memberIn(lineage, slot)?.thumbprint === thumbprint);
}
