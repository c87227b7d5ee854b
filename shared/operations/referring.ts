import { messageOf } from '../errors.ts';
import { asObject } from '../json.ts';
import { lineageIn } from '../lifecycle/lineage-in.ts';
import type { Observed, ObservedService, Referring, ServiceFacts } from '../lifecycle/observed.ts';
import { differingCommonName } from '../lifecycle/reference-common-name.ts';
import { decideReference } from '../lifecycle/reference-decision.ts';
import { AFTER_EXPIRY_MS } from '../lifecycle/reference-retirement.ts';
import { emptyTally, tally } from '../lifecycle/reference-tally.ts';
import type { Enrollment, Ports } from '../ports.ts';
import { samePublicKey } from '../x509/public-key.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { entryToken, everyEnrollment, type Uses } from './uses.ts';
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
        return { ...lane, referring: await referringTo(ports, await world.uses(service.id), observed, lane, now) };
      } catch (error) {
        return { ...service, referring: { kind: 'unreadable', detail: messageOf(error) } };
      }
    }),
  );
  return { ...observed, services };
}

/**
 * Groups that embed an intermediate which goes by the CA's name as its issuer, and is not known to be signed with the
 * newest generation's key: its devices may be trusted through the entry of an older one.
 */
function embeddedBy({ vault }: Observed, groups: readonly Enrollment[], now: Date): readonly string[] {
  const [{ certificate: newest }, ...older] = vault.generations;
  const isAlone = vault.versions.length === vault.generations.length;
  if (isAlone && older.every(({ certificate }) => samePublicKey(certificate.spki, newest.spki))) return [];
  return groups.flatMap(({ id, record }) => {
    const x509 = asObject(asObject(record.attestation)?.x509);
    const isBelow = Object.values(asObject(x509?.signingCertificates) ?? {}).some((embedded) => {
      const { sha1Thumbprint, issuerName, notAfterUtc } = asObject(asObject(embedded)?.info) ?? {};
      if (typeof issuerName !== 'string' || differingCommonName(newest.subject, issuerName) !== undefined) return false;
      const isOver = Date.parse(String(notAfterUtc)) + AFTER_EXPIRY_MS < now.getTime();
      return !isOver && !vault.followers.includes(String(sha1Thumbprint).toUpperCase());
    });
    return isBelow ? `group '${id}'` : [];
  });
}

async function referringTo(
  ports: Ports,
  uses: Uses,
  observed: Observed,
  service: Extract<ServiceFacts, { readonly kind: 'read' }>,
  now: Date,
): Promise<Referring> {
  const lineage = lineageIn(observed, service);
  const tokens = [lineage.newest, ...lineage.others].flatMap(({ thumbprint, entries }) => [
    thumbprint,
    ...entries.map(({ name }) => entryToken(name)),
  ]);
  const found = tokens.flatMap((token) => uses.get(token) ?? []);
  const held = found.flatMap((use) => use.held ?? []);
  if (found.every((use) => use.held !== undefined)) return { kind: 'all', enrollments: once(held) };
  let sum = emptyTally();
  for await (const enrollment of everyEnrollment(enrollmentsOf(ports, service.id))) {
    const decision = decideReference(enrollment, lineage, observed.referenceWishes, now);
    if (decision.step !== 'not-ours') sum = tally(sum, decision, enrollment);
  }
  return { kind: 'many', tally: sum };
}

/** An enrollment that refers to two versions is found twice. */
function once(enrollments: readonly Enrollment[]): readonly Enrollment[] {
  return [...new Map(enrollments.map((enrollment) => [`${enrollment.kind} ${enrollment.id}`, enrollment])).values()];
}
