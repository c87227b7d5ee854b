import type { Enrollments, Ports } from '../ports.ts';

/** The enrollments of one DPS. Throws an Error for one that is not configured. */
export function enrollmentsOf(ports: Ports, dps: string): Enrollments {
  const enrollments = ports.enrollments.get(dps);
  if (enrollments === undefined) throw new Error(`'${dps}' is not one of the configured provisioning services`);
  return enrollments;
}
