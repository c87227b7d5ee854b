import { Conflict } from '../errors.ts';
import type { Evidence } from '../lifecycle/evidence.ts';
import { lineageIn } from '../lifecycle/lineage-in.ts';
import type { Observed } from '../lifecycle/observed.ts';
import { entryOf, newestOf } from '../lifecycle/observed.ts';
import type { RetireStep } from '../lifecycle/reference-lane.ts';
import { type Lineage, memberIn } from '../lifecycle/reference-lineage.ts';
import { mayDeleteEntry } from '../lifecycle/reference-retirement.ts';
import { readReferences } from '../lifecycle/reference-slots.ts';
import type { Enrollment, Entry, Ports, ProvisioningService } from '../ports.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { evidenceReader, withEvidence } from './evidence.ts';
import { findChained } from './find-chained.ts';
import { embeddedBy } from './referring.ts';
import { entryToken, everyEnrollment, tokensOf } from './uses.ts';
import { observeWorld } from './world.ts';

/**
 * Deletes the entry of an older version. A deletion cannot be taken back, so everything that it rests on is read once
 * more: that the newest generation is a verified entry, that this entry is as it was, that no enrollment of the DPS
 * names it or embeds its certificate, and that nothing chains to the version; and where devices decide, what
 * registrations prove of all its enrollments.
 * Throws `Conflict` if anything is otherwise.
 */
export async function deleteEntry(
  ports: Ports,
  observed: Observed,
  service: ProvisioningService,
  step: RetireStep & { readonly entry: Entry },
): Promise<void> {
  const { entry, thumbprint } = step;
  const entries = await service.entries();
  const present = entries.find(({ name }) => name === entry.name);
  if (present === undefined) return;
  if (present.etag !== entry.etag) throw new Conflict(`The entry '${entry.name}' of ${service.name} has been changed`);
  const successor = entryOf(entries, newestOf(observed));
  if (step.reason !== 'rolled-back' && !successor?.isVerified) {
    throw new Conflict(`The entry '${entry.name}' of ${service.name} has lost its successor`);
  }
  const tokens = [entryToken(entry.name), thumbprint];
  const deciding = evidenceOnEntry(ports, observed, service, step);
  const groups: Enrollment[] = [];
  for await (const enrollment of everyEnrollment(enrollmentsOf(ports, service.id))) {
    if (enrollment.kind === 'group') groups.push(enrollment);
    if (!tokensOf(enrollment).some((token) => tokens.includes(token))) {
      await deciding.add(enrollment);
      continue;
    }
    throw new Conflict(
      `The entry '${entry.name}' of ${service.name} is named by ${enrollment.kind} '${enrollment.id}'`,
    );
  }
  deciding.assert();
  await assertUnchained(ports, observed, groups, entry);
  await service.deleteEntry(entry);
}

/** Throws `Conflict` if a subordinate CA has come to chain to an older version since the CA was observed. */
async function assertUnchained(
  ports: Ports,
  { ca, vault }: Observed,
  groups: readonly Enrollment[],
  { name }: Entry,
): Promise<void> {
  const now = ports.now();
  const { subordinates, followers } = await findChained(observeWorld(ports), ca, vault, now);
  const chained = [...subordinates, ...embeddedBy({ vault: { ...vault, followers } }, groups, now)];
  if (chained.length > 0) throw new Conflict(`Below the entry '${name}' there is ${chained.join(', ')}`);
}

/** What registrations prove of the devices of a CA, gathered once more: no deletion rests on what was seen before. */
function evidenceOnEntry(
  ports: Ports,
  observed: Observed,
  { id, name }: ProvisioningService,
  { thumbprint, reason, entry }: RetireStep & { readonly entry: Entry },
) {
  const lane = observed.services.find((service) => service.id === id);
  if (lane?.kind !== 'read') throw new Error(`Cannot delete the entry '${entry.name}' of ${name}: it was not read`);
  const lineage = lineageIn(observed, lane);
  const isCrowded = lane.referring.kind === 'many';
  const reader = evidenceReader(ports, observeWorld(ports), observed, { ...lane, isCrowded });
  const member = reader.inQuestion.find((other) => other.thumbprint === thumbprint);
  let sum: Evidence | undefined;
  return {
    add: async (enrollment: Enrollment) => {
      if (member === undefined || !refersTo(lineage, enrollment)) return;
      sum = withEvidence(sum, await reader.ofEntry(enrollment, member));
    },
    /** Throws `Conflict` if it does not say any more that the version may go. */
    assert: () => {
      if (member === undefined) return;
      const verdict = mayDeleteEntry(member, lineage, 0, observed.referenceWishes, sum, ports.now());
      if (verdict.may && verdict.reason === reason) return;
      throw new Conflict(`The entry '${entry.name}' of ${name} may not go any more: ${verdict.reason}`);
    },
  };
}

function refersTo(lineage: Lineage, { record }: Enrollment): boolean {
  const references = readReferences(record);
  if (references === undefined) return false;
  return [references.primary, references.secondary].some((slot) => memberIn(lineage, slot) !== undefined);
}
