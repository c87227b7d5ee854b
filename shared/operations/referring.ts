import { messageOf } from '../errors.ts';
import { asObject } from '../json.ts';
import type { Evidence } from '../lifecycle/evidence.ts';
import { lineageIn, type ReadLane } from '../lifecycle/lineage-in.ts';
import type { Observed, ObservedService, ServiceFacts } from '../lifecycle/observed.ts';
import { mayBeNamed } from '../lifecycle/reference-common-name.ts';
import { decideReference } from '../lifecycle/reference-decision.ts';
import { AFTER_EXPIRY_MS } from '../lifecycle/reference-retirement.ts';
import { emptyTally, tally } from '../lifecycle/reference-tally.ts';
import type { Enrollment, Ports } from '../ports.ts';
import { samePublicKey } from '../x509/public-key.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { type EvidenceReader, evidenceReader, withEvidence } from './evidence.ts';
import { entryToken, everyEnrollment } from './uses.ts';
import type { World } from './world.ts';

/**
 * Adds to what was observed of a CA the enrollments that refer to it, in every DPS that has a lane. What cannot be read
 * leaves the other lanes, and the entries of its own, alone.
 */
export async function observeReferences(ports: Ports, world: World, observed: Observed, now: Date): Promise<Observed> {
  const services = await Promise.all(
    observed.services.map(async (service): Promise<ObservedService> => {
      if (service.kind === 'unreadable') return service;
      try {
        const lane = { ...service, embeddedBelow: embeddedBy(observed, await world.groups(service.id), now) };
        return { ...lane, ...(await referringTo(ports, world, observed, lane, now)) };
      } catch (error) {
        return { ...service, referring: { kind: 'unreadable', detail: messageOf(error) } };
      }
    }),
  );
  return { ...observed, services };
}

/**
 * Groups that embed an intermediate whose issuer may be named as the CA is or was, and which is not known to be signed
 * with the newest generation's key: its devices may be trusted through the entry of an older one. What is embedded of
 * the CA itself is a reference, and hangs below nobody.
 */
export function embeddedBy(
  { vault }: Pick<Observed, 'vault'>,
  groups: readonly Enrollment[],
  now: Date,
): readonly string[] {
  const [{ certificate: newest }, ...older] = vault.generations;
  const isAlone = vault.versions.length === vault.generations.length;
  if (isAlone && older.every(({ certificate }) => samePublicKey(certificate.spki, newest.spki))) return [];
  const subjects = vault.generations.map(({ certificate }) => certificate.subject);
  const known = new Set([...vault.followers, ...vault.versions.map(({ thumbprint }) => thumbprint)]);
  return groups.flatMap(({ id, record }) => {
    const x509 = asObject(asObject(record.attestation)?.x509);
    const isBelow = Object.values(asObject(x509?.signingCertificates) ?? {}).some((embedded) => {
      if (embedded === null) return false;
      const { sha1Thumbprint, issuerName, notAfterUtc } = asObject(asObject(embedded)?.info) ?? {};
      if (typeof issuerName === 'string' && !subjects.some((subject) => mayBeNamed(subject, issuerName))) return false;
      const isOver = Date.parse(String(notAfterUtc)) + AFTER_EXPIRY_MS < now.getTime();
      return !isOver && !known.has(String(sha1Thumbprint).toUpperCase());
    });
    return isBelow ? `group '${id}'` : [];
  });
}

type ReadService = Extract<ServiceFacts, { readonly kind: 'read' }> & { readonly embeddedBelow: readonly string[] };
type ReferringFacts = Pick<ReadLane, 'referring' | 'evidence'>;

async function referringTo(
  ports: Ports,
  world: World,
  observed: Observed,
  service: ReadService,
  now: Date,
): Promise<ReferringFacts> {
  const uses = await world.uses(service.id);
  const lineage = lineageIn(observed, service);
  const tokens = [lineage.newest, ...lineage.others].flatMap(({ thumbprint, entries }) => [
    thumbprint,
    ...entries.map(({ name }) => entryToken(name)),
  ]);
  const found = tokens.flatMap((token) => uses.get(token) ?? []);
  const isCrowded = found.some((use) => use.held === undefined);
  const reader = evidenceReader(ports, world, observed, { ...service, isCrowded });
  if (!isCrowded) return heldBy(once(found.flatMap((use) => use.held ?? [])), reader);
  const evidence = new Map<string, Evidence>();
  let sum = emptyTally();
  for await (const enrollment of everyEnrollment(enrollmentsOf(ports, service.id))) {
    const known = await reader.ofReference(enrollment);
    const decision = decideReference(enrollment, lineage, observed.referenceWishes, now, known);
    if (decision.step === 'not-ours') continue;
    sum = tally(sum, decision, enrollment);
    await addTo(evidence, reader, enrollment);
  }
  return { referring: { kind: 'many', tally: sum }, evidence };
}

async function heldBy(enrollments: readonly Enrollment[], reader: EvidenceReader): Promise<ReferringFacts> {
  const ofReferences = new Map<string, Evidence>();
  const ofEntries = new Map<string, Evidence>();
  for (const enrollment of enrollments) {
    const known = await reader.ofReference(enrollment);
    if (known !== undefined) ofReferences.set(`${enrollment.kind} ${enrollment.id}`, known);
    await addTo(ofEntries, reader, enrollment);
  }
  return { referring: { kind: 'all', enrollments, evidence: ofReferences }, evidence: ofEntries };
}

async function addTo(evidence: Map<string, Evidence>, reader: EvidenceReader, enrollment: Enrollment): Promise<void> {
  for (const member of reader.inQuestion) {
    const sum = withEvidence(evidence.get(member.thumbprint), await reader.ofEntry(enrollment, member));
    if (sum !== undefined) evidence.set(member.thumbprint, sum);
  }
}

/** An enrollment that refers to two versions is found twice. */
function once(enrollments: readonly Enrollment[]): readonly Enrollment[] {
  return [...new Map(enrollments.map((enrollment) => [`${enrollment.kind} ${enrollment.id}`, enrollment])).values()];
}
