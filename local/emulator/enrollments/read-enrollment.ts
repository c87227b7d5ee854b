import { asObject, type JsonObject } from '../lossless-json.ts';
import { ID_MEMBER, type ReadingContext } from './context.ts';
import type { EnrollmentContent, EnrollmentKind, Reference, StoredEnrollment } from './enrollment-store.ts';
import { ID_RULE, isId } from './is-id.ts';
import { readX509Attestation } from './read-x509-attestation.ts';

/** What the service keeps itself. A client gives back what it got, and these are then ignored. */
const KEPT_BY_SERVICE = ['etag', 'createdDateTimeUtc', 'lastUpdatedDateTimeUtc', 'registrationState'] as const;

/**
 * Checks a record that a client wants stored. Everything that is not looked at here stays value for value.
 * ASSUMED: that an id beginning with a special character is refused, and that symmetric keys which a PUT leaves out
 * are made anew even if there are some.
 *
 * @param present what is stored under the id, whose certificates the record may keep
 * @throws ServiceError 400
 */
export function readEnrollment(
  context: ReadingContext,
  kind: EnrollmentKind,
  id: string,
  record: JsonObject,
  present: StoredEnrollment | undefined,
): EnrollmentContent {
  assertId(context, kind, id, record);
  const { refusal } = context;
  const attestation = asObject(record.attestation);
  const type = attestation?.type;
  if (!attestation || typeof type !== 'string') {
    throw refusal(400_001, `An attestation with a type is required for '${id}'.`);
  }
  assertAllocation(context, record);
  const read = readAttestation(context, type, attestation, present);
  const content: Record<string, unknown> = { ...record, attestation: read.attestation };
  for (const member of [...KEPT_BY_SERVICE, ID_MEMBER[kind]]) delete content[member];
  if (content.provisioningStatus === undefined) content.provisioningStatus = 'enabled';
  return {
    text: JSON.stringify(content),
    isEnabled: content.provisioningStatus !== 'disabled',
    attestation: type,
    references: read.references,
  };
}

function assertId({ refusal }: ReadingContext, kind: EnrollmentKind, id: string, record: JsonObject): void {
  const member = ID_MEMBER[kind];
  if (!isId(id)) throw refusal(400_001, `The ${member} '${id}' must be ${ID_RULE}.`);
  const inBody = record[member];
  if (inBody !== undefined && (typeof inBody !== 'string' || inBody.toLowerCase() !== id.toLowerCase())) {
    throw refusal(400_001, `The ${member} ${JSON.stringify(inBody)} of the body is not '${id}', that of the path.`);
  }
}

function assertAllocation({ refusal }: ReadingContext, record: JsonObject): void {
  if (record.allocationPolicy !== 'custom') return;
  if (typeof asObject(record.customAllocationDefinition)?.webhookUrl === 'string') return;
  throw refusal(400_004, "A CustomAllocationDefinition is required when the allocation policy is set to 'Custom'");
}

function readAttestation(
  context: ReadingContext,
  type: string,
  attestation: JsonObject,
  present: StoredEnrollment | undefined,
): { readonly attestation: JsonObject; readonly references: readonly Reference[] } {
  switch (type) {
    case 'x509': {
      const { x509, references } = readX509Attestation(context, attestation.x509, present);
      return { attestation: { ...attestation, x509 }, references };
    }
    case 'symmetricKey': {
      const symmetricKey = readSymmetricKey(context, attestation.symmetricKey);
      return { attestation: { ...attestation, symmetricKey }, references: [] };
    }
    case 'tpm':
    case 'none':
      return { attestation, references: [] };
    default:
      throw context.refusal(400_001, `The attestation type '${type}' must be x509, symmetricKey, tpm or none.`);
  }
}

/** Keys are base64 of 16 to 64 octets; those that are left out are made. */
function readSymmetricKey({ random, refusal }: ReadingContext, value: unknown): JsonObject {
  const keys: Record<string, unknown> = { ...asObject(value) };
  for (const name of ['primaryKey', 'secondaryKey']) {
    const key = keys[name];
    if (key === undefined || key === null || key === '') {
      keys[name] = Buffer.from(random(64)).toString('base64');
      continue;
    }
    const octets = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.alloc(0);
    if (octets.length < 16 || octets.length > 64 || octets.toString('base64') !== key) {
      throw refusal(400_001, `The symmetric key '${name}' must be base64 of 16 to 64 octets.`);
    }
  }
  return keys;
}
