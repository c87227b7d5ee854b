import { asObject, type JsonObject } from '../lossless-json.ts';
import { ServiceError, type ServiceResponse } from '../service.ts';
import { type DataPlaneContext, ID_MEMBER, idOf } from './context.ts';
import type { EnrollmentKind } from './enrollment-store.ts';
import { removeEnrollment, writeEnrollment } from './enrollments.ts';

/** Enrollments in one bulk operation (the service's API reference). */
const BULK_LIMIT = 10;

const MODES = ['create', 'update', 'updateIfMatchETag', 'delete'] as const;
type Mode = (typeof MODES)[number];

/**
 * Performs one kind of write on up to ten enrollments, each by itself. The answer is 200 and says what went wrong:
 * `{isSuccessful, errors: [{registrationId | enrollmentGroupId, errorCode, errorStatus}]}`. The SDK for JavaScript
 * spells a mode its own way (updateIfMatchEtag), hence without regard to case.
 * ASSUMED: that the others are performed when one fails, in their order; that `delete` heeds the ETag of an item which
 * has one; and that an empty list is refused.
 *
 * @throws ServiceError 400 for a request of another form
 */
export function runBulkOperation(context: DataPlaneContext, kind: EnrollmentKind): ServiceResponse {
  const body = asObject(context.body);
  const member = kind === 'group' ? 'enrollmentGroups' : 'enrollments';
  const mode = MODES.find((each) => each.toLowerCase() === String(body?.mode).toLowerCase());
  const items: unknown = body?.[member];
  if (mode === undefined) throw context.refusal(400_001, `The mode must be one of ${MODES.join(', ')}.`);
  if (!Array.isArray(items) || items.length === 0 || items.length > BULK_LIMIT) {
    throw context.refusal(400_001, `${member} must be a list of 1 to ${BULK_LIMIT} enrollments.`);
  }
  const errors = items.flatMap((item: unknown) => {
    const record = asObject(item) ?? {};
    const error = attempt(context, kind, mode, record);
    return error ? [{ [ID_MEMBER[kind]]: idOf(kind, record) ?? null, ...error }] : [];
  });
  return { status: 200, body: { isSuccessful: errors.length === 0, errors } };
}

function attempt(
  context: DataPlaneContext,
  kind: EnrollmentKind,
  mode: Mode,
  record: JsonObject,
): JsonObject | undefined {
  try {
    perform(context, kind, mode, record);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { errorCode: asObject(error.response.body)?.errorCode, errorStatus: error.message };
  }
}

function perform(context: DataPlaneContext, kind: EnrollmentKind, mode: Mode, record: JsonObject): void {
  const { refusal, service } = context;
  const id = idOf(kind, record);
  if (id === undefined) throw refusal(400_001, `An item has no ${ID_MEMBER[kind]}.`);
  const exists = service.enrollments[kind].get(id) !== undefined;
  if (mode === 'create' && exists) throw refusal(409_201, `The enrollment '${id}' exists already.`);
  if (mode !== 'create' && !exists) throw refusal(404_201, `There is no enrollment '${id}'.`);
  const etag = typeof record.etag === 'string' ? record.etag : undefined;
  if (mode === 'delete') {
    removeEnrollment(context, kind, id, etag);
    return;
  }
  if (mode === 'updateIfMatchETag' && etag === undefined) throw refusal(412_001, `The item '${id}' has no etag.`);
  writeEnrollment(context, kind, { id, record, precondition: mode === 'updateIfMatchETag' ? etag : undefined });
}
