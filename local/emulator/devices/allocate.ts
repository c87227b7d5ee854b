import { createHash } from 'node:crypto';
import type { Allocation } from './allocation.ts';
import type { Assignment } from './assignment.ts';

/**
 * Allocates by one of the policies that DPS has itself: `hashed` spreads devices by the weights of the hubs, always
 * alike for one registrationId; `geoLatency` and `static` take the first hub.
 * ASSUMED: the hash; that all hubs are alike if all weigh nothing; and code and sentence where there is no hub.
 *
 * @param policy in lower case
 */
export function allocate(policy: string, { service, registrationId, linkedHubs }: Assignment): Allocation {
  const hubs = service.hubs.filter(({ name }) => linkedHubs.includes(name));
  const [first] = hubs;
  if (!first) {
    return { errorCode: 400_000, errorMessage: `'${service.name}' is linked to no hub that the enrollment allows.` };
  }
  if (policy !== 'hashed') return { hub: first.name };
  const weightless = hubs.every(({ allocationWeight }) => allocationWeight === 0);
  const weighted = hubs.map(({ name, allocationWeight }) => ({ name, weight: weightless ? 1 : allocationWeight }));
  let place = fraction(registrationId.toLowerCase()) * weighted.reduce((sum, { weight }) => sum + weight, 0);
  for (const { name, weight } of weighted) {
    if (place < weight) return { hub: name };
    place -= weight;
  }
  // Reached only by rounding, at the very end of the last hub's share.
  return { hub: weighted.findLast(({ weight }) => weight > 0)?.name ?? first.name };
}

/** From 0 up to 1, evenly. */
function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
