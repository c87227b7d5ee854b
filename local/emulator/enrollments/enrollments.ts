import { asObject, type JsonObject } from '../lossless-json.ts';
import type { ServiceResponse } from '../service.ts';
import type { DataPlaneContext } from './context.ts';
import type { EnrollmentContent, EnrollmentKind, StoredEnrollment } from './enrollment-store.ts';
import { answerPage } from './paging.ts';
import { readEnrollment } from './read-enrollment.ts';
import { showAttestation, showEnrollment } from './show-enrollment.ts';

/** Enrollment groups of each attestation in one DPS (service limits of IoT Hub Device Provisioning Service). */
export const GROUP_LIMIT = 100;
/** Individual enrollments in one DPS (same source). */
export const INDIVIDUAL_LIMIT = 1_000_000;

/** What a write demands of the ETag: that it is this one, that there is one (`*`), or nothing. */
export type Precondition = string | undefined;

export function getEnrollment(context: DataPlaneContext, kind: EnrollmentKind, id: string): ServiceResponse {
  return { status: 200, body: showEnrollment(existing(context, kind, id), context.service) };
}

/** Creates or replaces an enrollment; 200 in both cases. */
export function putEnrollment(context: DataPlaneContext, kind: EnrollmentKind, id: string): ServiceResponse {
  const record = asObject(context.body);
  if (!record) throw context.refusal(400_001, 'The body must be a JSON object, the enrollment.');
  const ifMatch = context.request.headers['if-match'];
  const present = context.service.enrollments[kind].get(id);
  if (present && ifMatch === undefined && context.service.behaviour.putWithoutIfMatch === 'conflict') {
    throw context.refusal(409_201, `The enrollment '${id}' exists already: give its ETag in If-Match to replace it.`);
  }
  const written = writeEnrollment(context, kind, { id, record, precondition: ifMatch });
  return { status: 200, body: showEnrollment(written, context.service) };
}

export function deleteEnrollment(context: DataPlaneContext, kind: EnrollmentKind, id: string): ServiceResponse {
  removeEnrollment(context, kind, id, context.request.headers['if-match']);
  return { status: 204 };
}

export function queryEnrollments(context: DataPlaneContext, kind: EnrollmentKind): ServiceResponse {
  const store = context.service.enrollments[kind];
  return answerPage(context, kind === 'group' ? 'enrollmentGroup' : 'enrollment', store.page, (each) =>
    showEnrollment(each, context.service),
  );
}

export function getAttestationMechanism(context: DataPlaneContext, kind: EnrollmentKind, id: string): ServiceResponse {
  return { status: 200, body: showAttestation(existing(context, kind, id)) };
}

/** The write behind PUT and bulk. ASSUMED: 412 for a precondition on what is not there. */
export function writeEnrollment(
  context: DataPlaneContext,
  kind: EnrollmentKind,
  {
    id,
    record,
    precondition,
  }: { readonly id: string; readonly record: JsonObject; readonly precondition: Precondition },
): StoredEnrollment {
  const store = context.service.enrollments[kind];
  const present = store.get(id);
  assertPrecondition(context, present, precondition);
  const content = readEnrollment(context, kind, id, record, present);
  assertRoom(context, kind, content, present);
  return store.put(id, content, context.now);
}

/** The deletion behind DELETE and bulk. ASSUMED: what a device has registered stays when its enrollment goes. */
export function removeEnrollment(
  context: DataPlaneContext,
  kind: EnrollmentKind,
  id: string,
  precondition: Precondition,
): void {
  assertPrecondition(context, existing(context, kind, id), precondition);
  context.service.enrollments[kind].delete(id);
}

function existing({ service, refusal }: DataPlaneContext, kind: EnrollmentKind, id: string): StoredEnrollment {
  const enrollment = service.enrollments[kind].get(id);
  if (enrollment) return enrollment;
  throw refusal(404_201, `'${service.name}' has no ${kind === 'group' ? 'enrollment group' : 'enrollment'} '${id}'.`);
}

/** ASSUMED: an ETag without its quotes is stale. */
function assertPrecondition(
  { refusal }: DataPlaneContext,
  present: StoredEnrollment | undefined,
  precondition: Precondition,
): void {
  if (precondition === undefined) return;
  if (present && (precondition === '*' || precondition === present.etag)) return;
  throw refusal(
    412_001,
    `The precondition failed: the ETag ${precondition} is not ${present?.etag ?? 'there any more'}.`,
  );
}

/** ASSUMED: that the status is 403, which the service's SDKs name "too many devices". */
function assertRoom(
  { service, refusal }: DataPlaneContext,
  kind: EnrollmentKind,
  { attestation }: EnrollmentContent,
  present: StoredEnrollment | undefined,
): void {
  const store = service.enrollments[kind];
  if (kind === 'individual') {
    if (present || store.size < INDIVIDUAL_LIMIT) return;
    throw refusal(403_001, `'${service.name}' holds ${INDIVIDUAL_LIMIT} individual enrollments, which is the limit.`);
  }
  if (present?.content.attestation === attestation) return;
  const alike = [...store.values()].filter(({ content }) => content.attestation === attestation);
  if (alike.length < GROUP_LIMIT) return;
  throw refusal(
    403_001,
    `'${service.name}' holds ${GROUP_LIMIT} ${attestation} enrollment groups, which is the limit.`,
  );
}
