import { dataPlaneError } from '../data-plane-error.ts';
import type { JsonObject } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { EnrollmentKind, StoredEnrollment } from './enrollment-store.ts';
import { readEnrollment } from './read-enrollment.ts';

/**
 * Puts an enrollment into a DPS from inside, as if it had been written at a given time. The record is checked as a
 * PUT's is.
 *
 * @throws Error with a sentence if the service would refuse the record
 */
export function plantEnrollment(
  service: ProvisioningService,
  kind: EnrollmentKind,
  id: string,
  record: JsonObject,
  { at, random }: { readonly at: Date; readonly random: (bytes: number) => Uint8Array },
): StoredEnrollment {
  const refusal = (code: number, message: string) => dataPlaneError(code, message, { now: at, random });
  const store = service.enrollments[kind];
  return store.put(id, readEnrollment({ service, random, refusal }, kind, id, record, store.get(id)), at);
}
