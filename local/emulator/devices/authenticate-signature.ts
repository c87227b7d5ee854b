import { createHmac } from 'node:crypto';
import type { EnrollmentContent, StoredEnrollment } from '../enrollments/enrollment-store.ts';
import { showAttestation } from '../enrollments/show-enrollment.ts';
import { asObject } from '../lossless-json.ts';
import { readSasToken, type SasToken } from '../sas-token.ts';
import type { Attested } from './attested.ts';
import type { DeviceContext } from './context.ts';

/** The key name in every SAS token of a device. */
const KEY_NAME = 'registration';

/**
 * Finds the symmetric-key enrollment of a device that has a SAS token for `{idScope}/registrations/{registrationId}`,
 * signed with a key of its individual enrollment or with one derived from a group's: HMAC-SHA256 of the registrationId.
 * Which group it is, nothing says but the signature, so all are tried.
 * ASSUMED: that the registrationId is put into the derivation as the path spells it.
 *
 * @throws ServiceError 401
 */
export function authenticateSignature(context: DeviceContext, authorization: string): Attested {
  const { service, registrationId } = context;
  const token = readSasToken(authorization, context.machineNow);
  if (!token || !isForRegistration(token, context)) throw context.refusal(401_002, 'Unauthorized');
  const individual = service.enrollments.individual.get(registrationId);
  const enrollment = individual
    ? [individual].find((each) => keysOf(each).some((key) => token.isSignedBy(key)))
    : firstGroup(service.enrollments.group.values(), (group) =>
        keysOf(group).some((key) => token.isSignedBy(derivedKey(key, registrationId))),
      );
  if (!enrollment) throw context.refusal(401_002, 'Unauthorized');
  return { enrollment, credential: { kind: 'symmetricKey' } };
}

function isForRegistration({ resource, keyName }: SasToken, { service, registrationId }: DeviceContext): boolean {
  const expected = `${service.idScope}/registrations/${registrationId}`;
  return resource.toLowerCase() === expected.toLowerCase() && keyName.toLowerCase() === KEY_NAME;
}

function firstGroup(
  groups: Iterable<StoredEnrollment>,
  fits: (group: StoredEnrollment) => boolean,
): StoredEnrollment | undefined {
  for (const group of groups) if (fits(group)) return group;
  return undefined;
}

/** Read once for a group, however many devices come by it. */
const known = new WeakMap<EnrollmentContent, string[]>();

/** Both keys, base64; none where the attestation is another. */
function keysOf(enrollment: StoredEnrollment): string[] {
  if (enrollment.content.attestation !== 'symmetricKey') return [];
  const present = known.get(enrollment.content);
  if (present) return present;
  const keys = asObject(asObject(showAttestation(enrollment))?.symmetricKey);
  const read = [keys?.primaryKey, keys?.secondaryKey].filter((key) => typeof key === 'string');
  if (enrollment.kind === 'group') known.set(enrollment.content, read);
  return read;
}

function derivedKey(groupKey: string, registrationId: string): string {
  return createHmac('sha256', Buffer.from(groupKey, 'base64')).update(registrationId).digest('base64');
}
