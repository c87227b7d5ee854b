import { Conflict } from '../errors.ts';
import type { Observed } from '../lifecycle/observed.ts';
import { entryOf, newestOf } from '../lifecycle/observed.ts';
import type { RetireStep } from '../lifecycle/reference-lane.ts';
import type { Entry, Ports, ProvisioningService } from '../ports.ts';
import { enrollmentsOf } from './enrollments-of.ts';
import { entryToken, everyEnrollment, tokensOf } from './uses.ts';

/**
 * Deletes the entry of an older version. A deletion cannot be taken back, so everything that it rests on is read once
 * more: that the newest generation is a verified entry, that this entry is as it was, and that no enrollment of the DPS
 * names it or embeds its certificate.
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
  for await (const enrollment of everyEnrollment(enrollmentsOf(ports, service.id))) {
    if (!tokensOf(enrollment).some((token) => tokens.includes(token))) continue;
    throw new Conflict(
      `The entry '${entry.name}' of ${service.name} is named by ${enrollment.kind} '${enrollment.id}'`,
    );
  }
  await service.deleteEntry(entry);
}
