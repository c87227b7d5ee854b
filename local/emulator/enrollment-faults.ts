import { findSeededCertificate } from './find-seeded-certificate.ts';
import type { Seed } from './seed.ts';
import { SEED_ATTESTATIONS, type SeedEnrollment } from './seed-enrollments.ts';
import { parseSeedTime } from './seed-time.ts';

type SeedService = Seed['provisioningServices'][number];

/**
 * What is wrong with the enrollments of a provisioning service whose form is right, each fault with its path.
 *
 * @param path of the provisioning service
 * @param now what relative times are relative to
 */
export function enrollmentFaults(seed: Seed, service: SeedService, path: string, now: Date): string[] {
  return (['enrollmentGroups', 'individualEnrollments'] as const).flatMap((kind) => {
    const ids = service[kind].map(({ id }) => id.toLowerCase());
    return service[kind].flatMap((enrollment, index) => {
      const at = `${path}.${kind}[${index}]`;
      const isTaken = ids.indexOf(enrollment.id.toLowerCase()) < index;
      return [
        ...(isTaken ? [`${at}.id: '${enrollment.id}' is taken already`] : []),
        ...attestationFaults(seed, service, enrollment, at),
        ...allocationFaults(service, enrollment, at),
        ...timeFaults(enrollment, at, now),
      ];
    });
  });
}

function attestationFaults(seed: Seed, service: SeedService, enrollment: SeedEnrollment, at: string): string[] {
  const [kind, ...others] = SEED_ATTESTATIONS.filter((each) => enrollment[each] !== undefined);
  if (!kind || others.length > 0) return [`${at}: must have exactly one of ${SEED_ATTESTATIONS.join(', ')}`];
  if (kind === 'symmetricKey') return [];
  const slots = Object.entries(enrollment[kind] ?? {});
  if (slots.length === 0) return [`${at}.${kind}: must have primary or secondary`];
  return slots.flatMap(([slot, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') {
      const exists = service.certificates.some(({ name }) => name.toLowerCase() === value.toLowerCase());
      return exists ? [] : [`${at}.${kind}.${slot}: '${service.name}' has no certificate '${value}'`];
    }
    if (findSeededCertificate(seed, value)) return [];
    const missing = `there is no certificate '${value.name}' in a vault '${value.vault}' of this seed`;
    return [`${at}.${kind}.${slot}: ${missing}`];
  });
}

function allocationFaults(service: SeedService, enrollment: SeedEnrollment, at: string): string[] {
  const { allocationPolicy, webhookUrl, iotHubs = [] } = enrollment;
  const linked = service.hubs.map(({ name }) => name.toLowerCase());
  return [
    ...(allocationPolicy === 'custom' && !webhookUrl ? [`${at}.webhookUrl: is needed where the policy is custom`] : []),
    ...(webhookUrl && allocationPolicy && allocationPolicy !== 'custom'
      ? [`${at}.webhookUrl: is for the policy custom, not '${allocationPolicy}'`]
      : []),
    ...iotHubs.flatMap((hub, index) =>
      linked.includes(hub.toLowerCase()) ? [] : [`${at}.iotHubs[${index}]: '${service.name}' has no hub '${hub}'`],
    ),
  ];
}

function timeFaults({ lastUpdated }: SeedEnrollment, at: string, now: Date): string[] {
  const time = lastUpdated === undefined ? undefined : parseSeedTime(lastUpdated, now);
  // No service has written a record in the future, nor before there was one.
  if (time === undefined || (time <= now && time.getUTCFullYear() >= 1970)) return [];
  return [`${at}.lastUpdated: '${lastUpdated}' is not between 1970 and now`];
}
