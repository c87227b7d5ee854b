import { randomBytes } from 'node:crypto';
import { createDataPlane } from '../../local/emulator/enrollments/data-plane.ts';
import type { ProvisioningService as EmulatedService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import type { EnrollmentKind } from '../../shared/ports.ts';

const PATHS = { group: 'enrollmentGroups', individual: 'enrollments' } as const;

async function send(dps: EmulatedService, method: string, kind: EnrollmentKind, id: string, text?: string) {
  const dataPlane = createDataPlane(dps, { now: () => new Date(), random: randomBytes });
  const url = new URL(`https://dps.example/${PATHS[kind]}/${encodeURIComponent(id)}?api-version=2021-10-01`);
  const body: unknown = text === undefined ? undefined : JSON.parse(text);
  return dataPlane.handle({ method, url, headers: {}, body, ...(text !== undefined && { text }) });
}

/**
 * Puts an enrollment into an emulated DPS, or replaces it, behind the back of the port under test.
 * @param members JSON text of members beside id and attestation, without braces
 */
export async function plantEnrollment(
  dps: EmulatedService,
  kind: EnrollmentKind,
  id: string,
  members = '"attestation":{"type":"none"}',
): Promise<void> {
  await send(dps, 'PUT', kind, id, `{${members}}`);
}

export async function removeEnrollment(dps: EmulatedService, kind: EnrollmentKind, id: string): Promise<void> {
  await send(dps, 'DELETE', kind, id);
}

/** JSON text of an enrollment as DPS answers it; `undefined` if there is none. */
export async function textOfEnrollment(dps: EmulatedService, kind: EnrollmentKind, id: string): Promise<string> {
  return JSON.stringify((await send(dps, 'GET', kind, id)).body);
}
