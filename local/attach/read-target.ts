import { KINDS } from '../../shared/azure/enrollment-records.ts';
import type { Enrollment, EnrollmentKind } from '../../shared/ports.ts';
import type { ConnectedDps } from './connect.ts';

/** Which enrollments are meant: one, or all groups. */
export type Target = { readonly kind: EnrollmentKind; readonly id: string } | 'all-groups';

/** Reads the enrollments that are meant. Throws an Error where the one named is not there. */
export async function readTarget(dps: ConnectedDps, target: Target): Promise<readonly Enrollment[]> {
  if (target === 'all-groups') {
    const groups: Enrollment[] = [];
    // At most 100 in a DPS, by its limits.
    for await (const page of dps.enrollments.enrollments('group')) groups.push(...page);
    return groups;
  }
  const enrollment = await dps.enrollments.enrollment(target.kind, target.id);
  if (enrollment) return [enrollment];
  const commands = { group: 'enrollment-group', individual: 'enrollment' };
  throw new Error(
    `Cannot find ${KINDS[target.kind].called} '${target.id}' in ${dps.name}: it has none of that id. ` +
      `List them: az iot dps ${commands[target.kind]} list --dps-name ${dps.name} --output table`,
  );
}
